//! Steps of the search for which pulp has no one name on all instruction sets.

use pulp::bytemuck::cast;
use pulp::{Arch, Scalar, Simd};

/// Instruction sets that can search the coarse copy.
pub(super) trait Instructions: Simd {
    /// In every lane two numbers of sixteen bits from `a` and two from `b`: the
    /// sum of the two products.
    fn multiply_pairs(self, a: Self::i32s, b: Self::i32s) -> Self::i32s;
    /// A bit for every lane in which the two differ.
    fn differ(self, a: Self::i32s, b: Self::i32s) -> u32;
}

/// Whether the machine multiplies pairs in one instruction, without which the
/// copy is of no use.
pub(super) fn has_pairs(arch: Arch) -> bool {
    match arch {
        #[cfg(target_arch = "x86_64")]
        Arch::V3(_) | Arch::V4(_) => true,
        _ => false,
    }
}

impl Instructions for Scalar {
    #[inline(always)]
    fn multiply_pairs(self, a: i32, b: i32) -> i32 {
        let [a, b]: [[i16; 2]; 2] = [cast(a), cast(b)];
        let product = |at: usize| i32::from(a[at]) * i32::from(b[at]);
        product(0).wrapping_add(product(1))
    }

    #[inline(always)]
    fn differ(self, a: i32, b: i32) -> u32 {
        u32::from(a != b)
    }
}

#[cfg(target_arch = "x86_64")]
impl Instructions for pulp::x86::V3 {
    #[inline(always)]
    fn multiply_pairs(self, a: Self::i32s, b: Self::i32s) -> Self::i32s {
        self.multiply_wrapping_add_adjacent_i16x16(cast(a), cast(b))
    }

    #[inline(always)]
    fn differ(self, a: Self::i32s, b: Self::i32s) -> u32 {
        let same = self.avx._mm256_movemask_ps(cast(self.equal_i32s(a, b)));
        !same as u32 & 0xff
    }
}

#[cfg(target_arch = "x86_64")]
impl Instructions for pulp::x86::V4 {
    #[inline(always)]
    fn multiply_pairs(self, a: Self::i32s, b: Self::i32s) -> Self::i32s {
        self.multiply_wrapping_add_adjacent_i16x32(cast(a), cast(b))
    }

    #[inline(always)]
    fn differ(self, a: Self::i32s, b: Self::i32s) -> u32 {
        u32::from(!self.equal_i32s(a, b).0)
    }
}

/// Asks for numbers that will be read soon, so that nothing has to wait for them
/// then.
#[inline(always)]
pub(super) fn fetch_soon<T>(numbers: &[T]) {
    #[cfg(target_arch = "x86_64")]
    {
        /// Bytes that come from memory at once.
        const LINE: usize = 64;
        for line in numbers.chunks((LINE / size_of::<T>()).max(1)) {
            safe_arch::prefetch_t0(&line[0]);
        }
        // Rows do not begin where lines do.
        if let Some(last) = numbers.last() {
            safe_arch::prefetch_t0(last);
        }
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = numbers;
}
