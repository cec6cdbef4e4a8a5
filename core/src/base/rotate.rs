//! Lists that turn by one place. The standard library's rotation is for any number of places, and takes 400 bytes of a
//! board's flash.

/// The last element becomes the first.
pub(crate) fn last_to_front<T: Copy>(list: &mut [T]) {
    let Some(mut carried) = list.last().copied() else { return };
    for place in list {
        carried = core::mem::replace(place, carried);
    }
}

/// The first element becomes the last.
pub(crate) fn first_to_back<T: Copy>(list: &mut [T]) {
    let Some(mut carried) = list.first().copied() else { return };
    for place in list.iter_mut().rev() {
        carried = core::mem::replace(place, carried);
    }
}

#[cfg(test)]
mod tests;
