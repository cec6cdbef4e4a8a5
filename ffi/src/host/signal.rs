//! The signal of a queue that has entries: waiters on any thread, and a descriptor for an application's own loop,
//! level-triggered.

use core::time::Duration;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

/// A lock that the engine's thread takes: std's, for parking_lot's takes memory when a thread first waits for one. A
/// panic elsewhere does not make it useless (the phone is poisoned by then).
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

struct State {
    /// Counts raises, so that a waiter that looked before a raise does not sleep over it.
    raised: u64,
    descriptor_set: bool,
}

/// Raised by the engine, lowered by the thread that found nothing more.
pub(crate) struct Signal {
    state: Mutex<State>,
    changed: Condvar,
    descriptor: Option<descriptor::Descriptor>,
}

impl Signal {
    /// With a descriptor.
    pub(crate) fn new() -> Self {
        Self { descriptor: descriptor::Descriptor::new(), ..Self::bare() }
    }

    /// Without one.
    pub(crate) const fn bare() -> Self {
        Self {
            state: Mutex::new(State { raised: 0, descriptor_set: false }),
            changed: Condvar::new(),
            descriptor: None,
        }
    }

    /// The count of raises, to be read before looking into the queue.
    pub(crate) fn seen(&self) -> u64 {
        lock(&self.state).raised
    }

    pub(crate) fn raise(&self) {
        let mut state = lock(&self.state);
        state.raised += 1;
        if !state.descriptor_set
            && let Some(descriptor) = &self.descriptor
        {
            descriptor.set();
            state.descriptor_set = true;
        }
        drop(state);
        self.changed.notify_all();
    }

    /// One more waiter may look: there is more than the first one took.
    pub(crate) fn pass_on(&self) {
        lock(&self.state).raised += 1;
        self.changed.notify_one();
    }

    /// Nothing was found since `seen`: the descriptor is silent again, unless it was raised meanwhile.
    pub(crate) fn lower(&self, seen: u64) {
        let mut state = lock(&self.state);
        if state.raised == seen
            && state.descriptor_set
            && let Some(descriptor) = &self.descriptor
        {
            descriptor.clear();
            state.descriptor_set = false;
        }
    }

    /// Sleeps until it was raised after `seen`, or the time has come; `None` waits without end.
    pub(crate) fn wait(&self, seen: u64, until: Option<Instant>) {
        let mut state = lock(&self.state);
        while state.raised == seen {
            match until {
                None => state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner),
                Some(until) => {
                    let left = until.saturating_duration_since(Instant::now());
                    if left == Duration::ZERO {
                        return;
                    }
                    state = self.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
                }
            }
        }
    }

    pub(crate) fn descriptor(&self) -> Option<isize> {
        self.descriptor.as_ref().map(descriptor::Descriptor::raw)
    }
}

#[cfg(unix)]
mod descriptor {
    use std::fs::File;
    use std::io::{Read, Write};
    use std::os::fd::{AsRawFd, FromRawFd};

    /// A pipe whose one end is readable while entries wait.
    pub(super) struct Descriptor {
        read: File,
        write: File,
    }

    impl Descriptor {
        pub(super) fn new() -> Option<Self> {
            let mut ends = [0i32; 2];
            // SAFETY: two descriptors are written where there is room for two.
            if unsafe { libc::pipe(ends.as_mut_ptr()) } != 0 {
                return None;
            }
            for end in ends {
                // SAFETY: descriptors that were just made.
                unsafe {
                    libc::fcntl(end, libc::F_SETFL, libc::O_NONBLOCK);
                    libc::fcntl(end, libc::F_SETFD, libc::FD_CLOEXEC);
                }
            }
            let [read, write] = ends;
            // SAFETY: they are ours alone.
            Some(unsafe { Self { read: File::from_raw_fd(read), write: File::from_raw_fd(write) } })
        }

        pub(super) fn set(&self) {
            let _ = (&self.write).write(&[1]);
        }

        pub(super) fn clear(&self) {
            let _ = (&self.read).read(&mut [0; 8]);
        }

        pub(super) fn raw(&self) -> isize {
            self.read.as_raw_fd() as isize
        }
    }
}

#[cfg(windows)]
mod descriptor {
    use core::ffi::c_void;

    #[link(name = "kernel32")]
    unsafe extern "system" {
        fn CreateEventW(attributes: *const c_void, manual: i32, initial: i32, name: *const u16) -> *mut c_void;
        fn SetEvent(event: *mut c_void) -> i32;
        fn ResetEvent(event: *mut c_void) -> i32;
        fn CloseHandle(event: *mut c_void) -> i32;
    }

    /// A manual-reset event.
    pub(super) struct Descriptor(*mut c_void);

    // SAFETY: a HANDLE may be used from any thread.
    unsafe impl Send for Descriptor {}
    // SAFETY: as above.
    unsafe impl Sync for Descriptor {}

    impl Descriptor {
        pub(super) fn new() -> Option<Self> {
            // SAFETY: no attributes, no name.
            let event = unsafe { CreateEventW(core::ptr::null(), 1, 0, core::ptr::null()) };
            (!event.is_null()).then_some(Self(event))
        }

        pub(super) fn set(&self) {
            // SAFETY: our own handle.
            unsafe { SetEvent(self.0) };
        }

        pub(super) fn clear(&self) {
            // SAFETY: our own handle.
            unsafe { ResetEvent(self.0) };
        }

        pub(super) fn raw(&self) -> isize {
            self.0 as isize
        }
    }

    impl Drop for Descriptor {
        fn drop(&mut self) {
            // SAFETY: our own handle, not used after this.
            unsafe { CloseHandle(self.0) };
        }
    }
}
