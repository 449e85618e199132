//! How far a long run is, for a terminal and for a log.

/// Tells how many people are written: over and over on one line of a terminal, a line a tenth elsewhere.
#[derive(Clone, Copy, Debug)]
pub struct Progress {
    count: u32,
    terminal: bool,
    /// Tenths told.
    told: u64,
}

impl Progress {
    /// Of `count` people, to a terminal or to anything else.
    pub fn new(count: u32, terminal: bool) -> Self {
        Self {
            count,
            terminal,
            told: 0,
        }
    }

    /// What to print, with its line's end or return, now that so many are done; nothing when there is nothing new.
    pub fn text(&mut self, done: u32) -> Option<String> {
        let tenths = 10 * u64::from(done) / u64::from(self.count.max(1));
        let new = tenths > self.told;
        self.told = tenths;
        let told = format!("{done} of {} people", self.count);
        match (self.terminal, done == self.count) {
            (true, true) => Some(format!("\r{told}\n")),
            (true, false) => Some(format!("\r{told}")),
            (false, _) => new.then(|| format!("{told}\n")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_gets_a_line_a_tenth_and_a_terminal_one_line() {
        let told = |count, terminal| -> Vec<String> {
            let mut progress = Progress::new(count, terminal);
            let step = (count / 100).max(1);
            let done = (1..=count).filter(|done| done % step == 0);
            done.filter_map(|done| progress.text(done)).collect()
        };
        let log = told(1000, false);
        assert_eq!(log.len(), 10);
        assert_eq!(
            (&*log[0], &*log[9]),
            ("100 of 1000 people\n", "1000 of 1000 people\n")
        );
        let terminal = told(1000, true);
        assert_eq!(terminal.len(), 100);
        assert_eq!(terminal.concat().matches('\n').count(), 1);
        assert_eq!(told(3, false).concat().lines().count(), 3);
    }
}
