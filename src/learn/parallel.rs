//! Work shared among threads, with results that do not depend on how many there are.

use std::sync::{Mutex, OnceLock};
use std::thread;

/// How many threads the machine has for us. Asked once: the answer is read from files.
pub(super) fn threads() -> usize {
    static THREADS: OnceLock<usize> = OnceLock::new();
    *THREADS.get_or_init(|| thread::available_parallelism().map_or(1, usize::from))
}

/// Does every piece of work, on at most this many threads, and returns the results in the order of the pieces.
pub(super) fn shared<T: Send, R: Send>(
    pieces: Vec<T>,
    threads: usize,
    work: impl Fn(T) -> R + Sync,
) -> Vec<R> {
    let count = pieces.len();
    if threads <= 1 || count <= 1 {
        return pieces.into_iter().map(work).collect();
    }
    let waiting = Mutex::new(pieces.into_iter().enumerate());
    let next = || waiting.lock().ok().and_then(|mut waiting| waiting.next());
    let toil = || {
        let mut done = Vec::new();
        while let Some((position, piece)) = next() {
            done.push((position, work(piece)));
        }
        done
    };
    let mut results: Vec<Option<R>> = (0..count).map(|_| None).collect();
    thread::scope(|scope| {
        // A thread that the system does not give is one hand fewer, no more.
        let others: Vec<_> = (1..threads.min(count))
            .filter_map(|_| thread::Builder::new().spawn_scoped(scope, toil).ok())
            .collect();
        let mut done = toil();
        for other in others {
            match other.join() {
                Ok(more) => done.extend(more),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        for (position, result) in done {
            results[position] = Some(result);
        }
    });
    results.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::shared;

    #[test]
    fn results_come_in_order_from_any_number_of_threads() {
        for threads in [1, 2, 7] {
            let squares = shared((0..100_u64).collect(), threads, |k| k * k);
            assert_eq!(squares, (0..100).map(|k| k * k).collect::<Vec<u64>>());
        }
    }
}
