//! Pointers from C: NULL, sizes, and members of a later version are found out before anything is done.

use super::code::*;
use super::{Fail, Value};
use core::mem::{MaybeUninit, size_of};

/// A struct that begins with its size and for which all-zero bytes are a value. It grows at its end only.
///
/// # Safety
/// `repr(C)`, first member `size: u32`, and all-zero bytes are valid.
pub(crate) unsafe trait Sized32: Copy {
    /// The size that every header of this ABI version has at least: up to the last member that is frozen. Members
    /// behind it may be missing.
    const LEAST: usize;

    /// Nothing set but the size.
    fn zero() -> Self {
        // SAFETY: all-zero bytes are a value.
        unsafe { MaybeUninit::zeroed().assume_init() }
    }
}

/// The offset at which a member ends: `member` names its type.
pub(crate) const fn end_of<S, M>(offset: usize, _member: fn(&S) -> &M) -> usize {
    offset + size_of::<M>()
}

/// `sized!(a_struct up to member)`: a struct of the header, and the last of its members that is frozen.
macro_rules! sized {
    ($($name:ident up to $last:ident),+ $(,)?) => {
        $(
            // SAFETY: repr(C), `size` first, only integers, pointers and optional functions: zero is valid in all.
            unsafe impl $crate::abi::pointer::Sized32 for $name {
                const LEAST: usize = $crate::abi::pointer::end_of(core::mem::offset_of!($name, $last), |of: &$name| &of.$last);
            }
        )+
    };
}
pub(crate) use sized;

/// No struct of ours will ever be larger; a size beyond is garbage.
const LARGEST: u32 = 65_536;

/// The size that the caller's struct says it has.
///
/// # Safety
/// `pointer` is NULL or has at least its size member.
#[cfg_attr(not(feature = "host"), inline(never))]
unsafe fn size_of_caller(pointer: *const u32, least: usize, argument: &'static str) -> Result<u32, Fail> {
    if pointer.is_null() {
        return Err(Fail::null(argument));
    }
    // SAFETY: not NULL, and the caller of the C function vouches for at least the size member.
    let size = unsafe { pointer.read_unaligned() };
    if (size as usize) < least || size > LARGEST {
        return Err(Fail::new(
            MICROSIP_E_SIZE,
            argument,
            Value::Number(i64::from(size)),
            "has a wrong size member: use MICROSIP_ZERO on it",
        ));
    }
    Ok(size)
}

/// Copies a struct in, over `known` zeros. A board has this once, for all structs.
///
/// # Safety
/// `pointer` is NULL or points to as many readable bytes as its size member says; `to` has `known` writable ones.
#[cfg_attr(not(feature = "host"), inline(never))]
unsafe fn copy_in(
    pointer: *const u8,
    to: *mut u8,
    known: usize,
    least: usize,
    argument: &'static str,
) -> Result<(), Fail> {
    // SAFETY: passed on.
    let size = unsafe { size_of_caller(pointer.cast(), least, argument)? } as usize;
    for at in known..size {
        // SAFETY: below the size that the caller states.
        if unsafe { pointer.add(at).read() } != 0 {
            return Err(Fail::new(
                MICROSIP_E_NEWER,
                argument,
                Value::Number(size as i64),
                "sets members that this library does not know: use a newer library",
            ));
        }
    }
    // SAFETY: as many bytes are readable, and no more than there is room for.
    unsafe { to.copy_from_nonoverlapping(pointer, size.min(known)) };
    Ok(())
}

/// Copies a struct in. The members that its header does not have yet are zero.
///
/// # Safety
/// `pointer` is NULL or points to as many readable bytes as its size member says.
pub(crate) unsafe fn read<T: Sized32>(pointer: *const T, argument: &'static str) -> Result<T, Fail> {
    let mut value = T::zero();
    let to = core::ptr::from_mut(&mut value).cast();
    // SAFETY: passed on, and T is plain data of ours.
    unsafe { copy_in(pointer.cast(), to, size_of::<T>(), T::LEAST, argument)? };
    Ok(value)
}

/// The same, where NULL means "all defaults".
///
/// # Safety
/// As [`read`].
pub(crate) unsafe fn read_or_zero<T: Sized32>(pointer: *const T, argument: &'static str) -> Result<T, Fail> {
    if pointer.is_null() {
        return Ok(T::zero());
    }
    // SAFETY: passed on.
    unsafe { read(pointer, argument) }
}

/// A struct of the caller's that is to be filled; checked before the work, written after it.
pub(crate) struct Out<T: Sized32> {
    pointer: *mut T,
    size: u32,
}

impl<T: Sized32> Out<T> {
    /// # Safety
    /// `pointer` is NULL or points to as many writable bytes as its size member says.
    pub(crate) unsafe fn check(pointer: *mut T, argument: &'static str) -> Result<Self, Fail> {
        // SAFETY: passed on.
        let size = unsafe { size_of_caller(pointer.cast_const().cast(), T::LEAST, argument)? };
        Ok(Self { pointer, size })
    }

    /// Writes as much of it as the caller has room for; the size member stays the caller's, bytes behind our last
    /// member are zeroed.
    pub(crate) fn put(self, value: T) {
        self.put_copy(&value);
    }

    /// The same for a struct that is too large to be passed by value.
    pub(crate) fn put_copy(self, value: &T) {
        // SAFETY: `check` found that many bytes; the caller vouched that they are writable, and `value` is ours.
        unsafe { copy_out(self.pointer.cast(), self.size, core::ptr::from_ref(value).cast(), size_of::<T>()) };
    }
}

/// Copies a struct of `ours` bytes out to the caller's of `size` bytes. A board has this once, for all structs.
///
/// # Safety
/// There are as many bytes at both places, and those of the caller are writable.
#[cfg_attr(not(feature = "host"), inline(never))]
unsafe fn copy_out(to: *mut u8, size: u32, from: *const u8, ours: usize) {
    let all = size as usize;
    let known = all.min(ours);
    // SAFETY: by contract.
    unsafe {
        to.copy_from_nonoverlapping(from, known);
        to.cast::<u32>().write_unaligned(size);
        to.add(known).write_bytes(0, all - known);
    }
}

/// A number of the caller's that must be there.
pub(crate) fn must<T>(pointer: *mut T, argument: &'static str) -> Result<*mut T, Fail> {
    if pointer.is_null() { Err(Fail::null(argument)) } else { Ok(pointer) }
}

/// Writes a number where the caller wants it.
///
/// # Safety
/// `pointer` is NULL or writable.
pub(crate) unsafe fn put<T>(pointer: *mut T, value: T) {
    if !pointer.is_null() {
        // SAFETY: not NULL, writable by contract.
        unsafe { pointer.write_unaligned(value) };
    }
}

/// Bytes of the caller's, to read.
///
/// # Safety
/// `pointer` is NULL or points to `len` readable items.
pub(crate) unsafe fn slice<'c, T>(pointer: *const T, len: u32, argument: &'static str) -> Result<&'c [T], Fail> {
    if len == 0 {
        return Ok(&[]);
    }
    if pointer.is_null() {
        return Err(Fail::null(argument));
    }
    aligned(pointer, argument)?;
    // SAFETY: not NULL, aligned, readable by contract for the time of the call.
    Ok(unsafe { core::slice::from_raw_parts(pointer, len as usize) })
}

/// Room of the caller's, to write.
///
/// # Safety
/// `pointer` is NULL or points to `len` writable items that nothing else uses during the call.
pub(crate) unsafe fn slice_mut<'c, T>(pointer: *mut T, len: u32, argument: &'static str) -> Result<&'c mut [T], Fail> {
    if len == 0 {
        return Ok(&mut []);
    }
    if pointer.is_null() {
        return Err(Fail::null(argument));
    }
    aligned(pointer.cast_const(), argument)?;
    // SAFETY: not NULL, aligned, writable by contract for the time of the call.
    Ok(unsafe { core::slice::from_raw_parts_mut(pointer, len as usize) })
}

/// Two places of as many items have no item in common; one that is NULL is no place.
pub(crate) fn apart<T>(one: *const T, other: *const T, len: u32, argument: &'static str) -> Result<(), Fail> {
    let bytes = (len as usize).saturating_mul(size_of::<T>());
    if one.is_null() || other.is_null() || one.addr().abs_diff(other.addr()) >= bytes {
        Ok(())
    } else {
        Err(Fail::new(MICROSIP_E_ARG, argument, Value::None, "overlaps mic: give each its own memory"))
    }
}

fn aligned<T>(pointer: *const T, argument: &'static str) -> Result<(), Fail> {
    if pointer.is_aligned() {
        Ok(())
    } else {
        Err(Fail::new(MICROSIP_E_ARG, argument, Value::None, "is not aligned to its type"))
    }
}
