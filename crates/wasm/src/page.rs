//! The page around the chat: whether somebody can see it, whether there is a network.
//!
//! Owns: its listeners, and that they are gone when it is dropped. Must not know: the session.

use wasm_bindgen::prelude::*;

use crate::environment::{Document, EventTarget, PageParts, report};

/// What a page says.
#[derive(Clone, Copy)]
pub(crate) enum PageNews {
    /// Whether the user can see it.
    Foreground(bool),
    Online,
    Offline,
}

/// Listens to a page. Calls into JavaScript when dropped.
pub(crate) struct Page {
    _listeners: Vec<Listener>,
}

struct Listener {
    target: EventTarget,
    kind: &'static str,
    closure: Closure<dyn Fn()>,
}

impl Page {
    /// Calls `hear` with all that the page says from now on, and gives whether it can be seen now.
    pub(crate) fn listen(
        parts: &PageParts,
        hear: impl Fn(PageNews) + Clone + 'static,
    ) -> (Self, Option<PageNews>) {
        let mut listeners = Vec::new();
        let mut now = None;
        if let Some(document) = parts.document() {
            now = Some(foreground(&document));
            let (hear, seen) = (hear.clone(), document.clone());
            listeners.push(Listener::new(document.into(), "visibilitychange", move || {
                hear(foreground(&seen));
            }));
        }
        if let Some(window) = parts.window() {
            let online = hear.clone();
            listeners.push(Listener::new(window.clone(), "online", move || {
                online(PageNews::Online);
            }));
            listeners.push(Listener::new(window, "offline", move || hear(PageNews::Offline)));
        }
        (Self { _listeners: listeners }, now)
    }
}

fn foreground(document: &Document) -> PageNews {
    PageNews::Foreground(!document.hidden())
}

impl Listener {
    fn new(target: EventTarget, kind: &'static str, hear: impl Fn() + 'static) -> Self {
        let closure = Closure::<dyn Fn()>::new(hear);
        if let Err(error) = target.add_event_listener(kind, closure.as_ref()) {
            report(&error);
        }
        Self { target, kind, closure }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        if let Err(error) = self.target.remove_event_listener(self.kind, self.closure.as_ref()) {
            report(&error);
        }
    }
}
