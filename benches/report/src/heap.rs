//! Exact counts of allocations.
//!
//! Owns: the allocator of the report, and counting on one thread for a while. Must not know: who asks.
//!
//! The counters that can be had count always, and replace `realloc` by a copy: that would slow down
//! whoever allocates, which here are the peers. This one looks at one flag of its thread.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Heap {
    /// Allocations, and reallocations too.
    pub allocations: u64,
    /// Bytes taken and not given back: negative if older ones were given back.
    pub held: i64,
}

thread_local! {
    static COUNTING: Cell<bool> = const { Cell::new(false) };
    static HEAP: Cell<Heap> = const { Cell::new(Heap { allocations: 0, held: 0 }) };
}

/// What `work` asks of the allocator on this thread.
pub fn counted<T>(work: impl FnOnce() -> T) -> (T, Heap) {
    HEAP.set(Heap::default());
    COUNTING.set(true);
    let done = work();
    COUNTING.set(false);
    (done, HEAP.get())
}

struct Counting;

#[inline]
fn note(allocations: u64, taken: usize, given_back: usize) {
    if COUNTING.get() {
        let mut heap = HEAP.get();
        heap.allocations += allocations;
        heap.held += i64::try_from(taken).unwrap_or(i64::MAX);
        heap.held -= i64::try_from(given_back).unwrap_or(i64::MAX);
        HEAP.set(heap);
    }
}

// SAFETY: every call goes on to the system's allocator as it came; counting allocates nothing.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        note(1, layout.size(), 0);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        note(0, 0, layout.size());
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        note(1, layout.size(), 0);
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        note(1, size, layout.size());
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;
