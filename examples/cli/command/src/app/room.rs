//! The conference that all calls of a command join.

use crate::args::Course;
use crate::phone::{Failure, Handle, Id};

/// A conference, and its recording that has not begun.
#[derive(Debug)]
pub(crate) struct Room<'a> {
    pub(super) conference: Id,
    /// The person at this end is in it.
    oneself: bool,
    record: Option<&'a Course>,
}

impl<'a> Room<'a> {
    pub(crate) fn open(phone: Handle, course: &'a Course, oneself: bool) -> Result<Self, Failure> {
        let conference = phone.conference()?;
        Ok(Self { conference, oneself, record: Some(course) })
    }

    /// A call is up. A key may have taken the last one out, and the person with it. With the first the recording
    /// begins, so that it does not begin with the silence before.
    pub(crate) fn enter(&mut self, phone: Handle, call: Id) -> Result<(), Failure> {
        if self.oneself {
            phone.join_oneself(self.conference)?;
        }
        phone.join(self.conference, call)?;
        let course = self.record.take();
        match course.and_then(|course| Some((course.record.as_deref()?, course.both))) {
            Some((path, both)) => phone.record(self.conference, path, both),
            None => Ok(()),
        }
    }
}
