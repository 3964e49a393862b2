//! The server's frames, made fast enough not to be what is measured.
//!
//! Owns: where their names stand. Must not know: sessions.

use crate::scenes;

/// Frames of the server, of which only names change.
pub struct Frames {
    agent_text: Vec<u8>,
    /// Where the message's id stands in it.
    id_at: usize,
    echo: Vec<u8>,
    tracing_id_at: usize,
    /// Where a request of a guest has its own.
    request_tracing_id_at: usize,
}

const UUID: usize = 36;

impl Frames {
    pub fn prepared() -> Self {
        let (agent_text, echo) = (scenes::FRAMES[0].1, scenes::FRAMES[1].1);
        let request =
            format!(r#"{{"action":"onMessage","token":"{}","tracingId":""#, scenes::TOKEN);
        Self {
            id_at: after(agent_text, r#""messageId":""#),
            agent_text: agent_text.into(),
            tracing_id_at: after(echo, r#""tracingId":""#),
            echo: echo.into(),
            request_tracing_id_at: request.len(),
        }
    }

    pub fn agent_text(&mut self, guest: usize, round: u16) -> &[u8] {
        self.name(guest, round);
        &self.agent_text
    }

    pub fn message_id(&mut self, guest: usize, round: u16) -> &str {
        self.name(guest, round);
        std::str::from_utf8(&self.agent_text[self.id_at..][..UUID]).expect("hexadecimal")
    }

    fn name(&mut self, guest: usize, round: u16) {
        let mut number = guest as u64 | u64::from(round) << 32;
        for digit in self.agent_text[self.id_at + UUID - 12..][..12].iter_mut().rev() {
            *digit = b"0123456789abcdef"[number as usize & 0xf];
            number >>= 4;
        }
    }

    /// What the service answers to the frame of a text; `None` for another one.
    pub fn echo_of(&mut self, request: &[u8]) -> Option<&[u8]> {
        let (name, rest) = request.get(self.request_tracing_id_at..)?.split_at_checked(UUID)?;
        if !rest.starts_with(br#"","message":{"type":"Text""#) {
            return None;
        }
        self.echo[self.tracing_id_at..][..UUID].copy_from_slice(name);
        Some(&self.echo)
    }
}

fn after(frame: &[u8], member: &str) -> usize {
    let frame = std::str::from_utf8(frame).expect("JSON");
    frame.find(member).expect("the frame has it") + member.len()
}
