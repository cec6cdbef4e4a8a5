//! Mixing: everybody hears all but themselves.

#[cfg(test)]
mod tests;

/// The sum of one quantum, over memory lent for it.
#[derive(Debug)]
pub struct Mixer<'m> {
    sum: &'m mut [i32],
}

impl<'m> Mixer<'m> {
    /// Begins a quantum: silence.
    pub fn new(sum: &'m mut [i32]) -> Self {
        sum.fill(0);
        Self { sum }
    }

    /// Adds a member's sound.
    pub fn add(&mut self, pcm: &[i16]) {
        self.sum.iter_mut().zip(pcm).for_each(|(sum, sample)| *sum = sum.saturating_add(i32::from(*sample)));
    }

    /// What everybody together sounds like: for the recorder, or a listener who says nothing.
    pub fn all(&self, out: &mut [i16]) {
        out.iter_mut().zip(self.sum.iter()).for_each(|(out, sum)| *out = saturate(*sum));
    }

    /// What a member hears who has added `own`.
    pub fn without(&self, own: &[i16], out: &mut [i16]) {
        for ((out, sum), own) in out.iter_mut().zip(self.sum.iter()).zip(own) {
            *out = saturate(sum.saturating_sub(i32::from(*own)));
        }
    }

    /// As [`Mixer::without`], in place: `own` becomes what its member hears.
    pub fn replace(&self, own: &mut [i16]) {
        own.iter_mut().zip(self.sum.iter()).for_each(|(own, sum)| *own = saturate(sum.saturating_sub(i32::from(*own))));
    }
}

fn saturate(sum: i32) -> i16 {
    sum.clamp(i32::from(i16::MIN), i32::from(i16::MAX)) as i16
}
