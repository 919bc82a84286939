//! The number types that can be clustered, and their vector registers.
//!
//! pulp chooses the instruction set when the program runs. [`KMeansFloat`]
//! gives the few operations that the kernel needs for `f32` and `f64` alike,
//! so that the kernel is written once. Each operation works lane by lane and
//! rounds as IEEE 754 says, so that every instruction set gives the same bits.

use pulp::Simd;
use pulp::bytemuck::{Pod, Zeroable};

mod sealed {
    pub trait Sealed {}
    impl Sealed for f32 {}
    impl Sealed for f64 {}
}

/// A number type that k-means runs on: `f32` or `f64`.
pub trait KMeansFloat: linfa::Float + Pod + Into<f64> + sealed::Sealed {
    /// A register of these numbers.
    #[doc(hidden)]
    type Register<S: Simd>: Pod + Send + Sync;
    /// The outcome of a comparison, lane by lane.
    #[doc(hidden)]
    type Mask<S: Simd>: Copy;

    /// The number nearest to `value`.
    #[doc(hidden)]
    fn nearest(value: f64) -> Self;
    /// The `f32` nearest to this number.
    #[doc(hidden)]
    fn narrow(self) -> f32;
    /// The nearest whole number to one that `i16` can hold; else any.
    #[doc(hidden)]
    fn whole(self) -> i16;
    /// Half the distance from 1 to the next number: what one rounding may cost.
    #[doc(hidden)]
    fn unit_roundoff() -> f64;
    /// An index in the bits of a number. It is only ever moved and selected, never
    /// reckoned with, so that it comes out as it went in.
    #[doc(hidden)]
    fn from_index(index: u32) -> Self;
    /// The inverse of [`Self::from_index`].
    #[doc(hidden)]
    fn to_index(self) -> u32;

    /// `value` in every lane.
    #[doc(hidden)]
    fn splat<S: Simd>(simd: S, value: Self) -> Self::Register<S>;
    /// `a + b`.
    #[doc(hidden)]
    fn plus<S: Simd>(simd: S, a: Self::Register<S>, b: Self::Register<S>) -> Self::Register<S>;
    /// `a - b`.
    #[doc(hidden)]
    fn minus<S: Simd>(simd: S, a: Self::Register<S>, b: Self::Register<S>) -> Self::Register<S>;
    /// `a * b + c` with one rounding.
    #[doc(hidden)]
    fn fused<S: Simd>(
        simd: S,
        a: Self::Register<S>,
        b: Self::Register<S>,
        c: Self::Register<S>,
    ) -> Self::Register<S>;
    /// The lesser of each lane.
    #[doc(hidden)]
    fn lesser<S: Simd>(simd: S, a: Self::Register<S>, b: Self::Register<S>) -> Self::Register<S>;
    /// The greater of each lane.
    #[doc(hidden)]
    fn greater<S: Simd>(simd: S, a: Self::Register<S>, b: Self::Register<S>) -> Self::Register<S>;
    /// The square root.
    #[doc(hidden)]
    fn root<S: Simd>(simd: S, a: Self::Register<S>) -> Self::Register<S>;
    /// Whether `a < b`.
    #[doc(hidden)]
    fn less<S: Simd>(simd: S, a: Self::Register<S>, b: Self::Register<S>) -> Self::Mask<S>;
    /// `a` where `mask` holds, else `b`.
    #[doc(hidden)]
    fn select<S: Simd>(
        simd: S,
        mask: Self::Mask<S>,
        a: Self::Register<S>,
        b: Self::Register<S>,
    ) -> Self::Register<S>;
    /// Records of four numbers, one after the other, turned into four registers
    /// of one number each. The records come in an order of pulp's choosing,
    /// the same in all four registers.
    #[doc(hidden)]
    fn split_records<S: Simd>(simd: S, records: [Self::Register<S>; 4]) -> [Self::Register<S>; 4];
    /// The inverse of [`Self::split_records`], which restores the order.
    #[doc(hidden)]
    fn join_records<S: Simd>(simd: S, fields: [Self::Register<S>; 4]) -> [Self::Register<S>; 4];

    /// Lanes of a register.
    #[doc(hidden)]
    fn lanes<S: Simd>() -> usize {
        size_of::<Self::Register<S>>() / size_of::<Self>()
    }
    /// A register of zeros.
    #[doc(hidden)]
    fn zeros<S: Simd>() -> Self::Register<S> {
        Self::Register::<S>::zeroed()
    }
}

macro_rules! float {
    ($float:ident, $register:ident, $mask:ident, $add:ident, $sub:ident, $mul_add:ident, $min:ident,
     $max:ident, $sqrt:ident, $less:ident, $select:ident, $splat:ident, $split:ident, $join:ident) => {
        impl KMeansFloat for $float {
            type Register<S: Simd> = S::$register;
            type Mask<S: Simd> = S::$mask;

            #[inline(always)]
            fn nearest(value: f64) -> Self {
                value as $float
            }
            #[inline(always)]
            fn narrow(self) -> f32 {
                self as f32
            }
            #[inline(always)]
            fn whole(self) -> i16 {
                // Numbers around 1.5 times the power of two at which the last digit is
                // worth 1 are apart by 1, and so are their bits.
                let around = 1.5 / $float::EPSILON;
                (self + around).to_bits().wrapping_sub(around.to_bits()) as i16
            }
            #[inline(always)]
            fn unit_roundoff() -> f64 {
                f64::from($float::EPSILON) / 2.0
            }
            #[inline(always)]
            fn from_index(index: u32) -> Self {
                Self::from_bits(index.into())
            }
            #[inline(always)]
            fn to_index(self) -> u32 {
                self.to_bits() as u32
            }
            #[inline(always)]
            fn splat<S: Simd>(simd: S, value: Self) -> S::$register {
                simd.$splat(value)
            }
            #[inline(always)]
            fn plus<S: Simd>(simd: S, a: S::$register, b: S::$register) -> S::$register {
                simd.$add(a, b)
            }
            #[inline(always)]
            fn minus<S: Simd>(simd: S, a: S::$register, b: S::$register) -> S::$register {
                simd.$sub(a, b)
            }
            #[inline(always)]
            fn fused<S: Simd>(
                simd: S,
                a: S::$register,
                b: S::$register,
                c: S::$register,
            ) -> S::$register {
                simd.$mul_add(a, b, c)
            }
            #[inline(always)]
            fn lesser<S: Simd>(simd: S, a: S::$register, b: S::$register) -> S::$register {
                simd.$min(a, b)
            }
            #[inline(always)]
            fn greater<S: Simd>(simd: S, a: S::$register, b: S::$register) -> S::$register {
                simd.$max(a, b)
            }
            #[inline(always)]
            fn root<S: Simd>(simd: S, a: S::$register) -> S::$register {
                simd.$sqrt(a)
            }
            #[inline(always)]
            fn less<S: Simd>(simd: S, a: S::$register, b: S::$register) -> S::$mask {
                simd.$less(a, b)
            }
            #[inline(always)]
            fn select<S: Simd>(
                simd: S,
                mask: S::$mask,
                a: S::$register,
                b: S::$register,
            ) -> S::$register {
                simd.$select(mask, a, b)
            }
            #[inline(always)]
            fn split_records<S: Simd>(simd: S, records: [S::$register; 4]) -> [S::$register; 4] {
                simd.$split(records)
            }
            #[inline(always)]
            fn join_records<S: Simd>(simd: S, fields: [S::$register; 4]) -> [S::$register; 4] {
                simd.$join(fields)
            }
        }
    };
}

float!(
    f32,
    f32s,
    m32s,
    add_f32s,
    sub_f32s,
    mul_add_f32s,
    min_f32s,
    max_f32s,
    sqrt_f32s,
    less_than_f32s,
    select_f32s,
    splat_f32s,
    deinterleave_shfl_f32s,
    interleave_shfl_f32s
);
float!(
    f64,
    f64s,
    m64s,
    add_f64s,
    sub_f64s,
    mul_add_f64s,
    min_f64s,
    max_f64s,
    sqrt_f64s,
    less_than_f64s,
    select_f64s,
    splat_f64s,
    deinterleave_shfl_f64s,
    interleave_shfl_f64s
);
