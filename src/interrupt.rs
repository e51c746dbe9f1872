//! How long work learns between its steps that nobody waits for it any more.

use std::fmt;
use std::sync::Arc;

/// Asked by long work between its steps. What was interrupted ends early with a result that is not to be used.
#[derive(Clone, Default)]
pub struct Interrupt(Option<Arc<dyn Fn() -> bool + Send + Sync>>);

impl Interrupt {
    /// Interrupts from when `is_unwanted` says so, which any thread may ask at any time, and often.
    pub fn when(is_unwanted: impl Fn() -> bool + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(is_unwanted)))
    }

    /// Whether the work is to end.
    #[must_use]
    pub fn is_raised(&self) -> bool {
        self.0.as_ref().is_some_and(|is_unwanted| is_unwanted())
    }
}

impl fmt::Debug for Interrupt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match &self.0 {
            None => "never",
            Some(_) if self.is_raised() => "raised",
            Some(_) => "not raised",
        })
    }
}

/// The same question is asked.
impl PartialEq for Interrupt {
    fn eq(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (None, None) => true,
            (Some(a), Some(b)) => Arc::ptr_eq(a, b),
            _ => false,
        }
    }
}
