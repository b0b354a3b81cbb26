//! Inner loops at the best the processor can do.
//!
//! A loop is compiled for the least processor and for AVX2, and one of the two is chosen when it runs. No
//! sum is reordered and no product is fused with a sum in either, so both give the same bits.

/// Defines a function whose body runs with the best instructions there are, and for tests a second one that
/// runs it with the least. All that the body calls has to be inlined into it. (A closure or a function given
/// to `pulp` would not be inlined there and stay as it is for the least processor; a type is.)
macro_rules! at_best {
    (
        $(#[$doc:meta])*
        $view:vis fn $name:ident / $least:ident<$life:lifetime>(
            $($argument:ident: $type:ty),* $(,)?
        ) -> $output:ty $body:block
    ) => {
        $(#[$doc])*
        $view fn $name<$life>($($argument: $type),*) -> $output {
            struct Call<$life> {
                $($argument: $type,)*
            }
            impl<$life> pulp::NullaryFnOnce for Call<$life> {
                type Output = $output;

                #[inline(always)]
                fn call(self) -> $output {
                    let Call { $($argument),* } = self;
                    $body
                }
            }
            pulp::Arch::new().dispatch(Call { $($argument),* })
        }

        #[cfg(test)]
        fn $least<$life>($($argument: $type),*) -> $output $body
    };
}

pub(crate) use at_best;
