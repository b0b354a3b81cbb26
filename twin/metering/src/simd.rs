//! Inner loops at the best the processor can do.
//!
//! A loop is compiled for the least processor and for AVX2, and one of the two is chosen when it runs. No
//! sum is reordered and no product is fused with a sum in either, so both give the same bits.

use pulp::{Arch, NullaryFnOnce};

/// Calls a function marked `#[inline(always)]` with its one argument. Not for closures: those are not
/// inlined, and a call leaves the loop as it was compiled for the least processor.
pub fn at_best<A, R>(function: impl FnOnce(A) -> R, argument: A) -> R {
    Arch::new().dispatch(Call { function, argument })
}

struct Call<F, A> {
    function: F,
    argument: A,
}

impl<A, R, F: FnOnce(A) -> R> NullaryFnOnce for Call<F, A> {
    type Output = R;

    #[inline(always)]
    fn call(self) -> R {
        (self.function)(self.argument)
    }
}
