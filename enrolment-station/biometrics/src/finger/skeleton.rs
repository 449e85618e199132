//! Lines in the middle of ridges, one pixel wide, connected as the ridges are (Rosenfeld 1975), and walks along them.

use super::enhance::Ridges;

/// The eight neighbours, clockwise from above, as steps in `x` and `y`.
pub(super) const AROUND: [(isize, isize); 8] = [
    (0, -1),
    (1, -1),
    (1, 0),
    (1, 1),
    (0, 1),
    (-1, 1),
    (-1, 0),
    (-1, -1),
];

/// Lines on a ground, with a margin of one pixel.
pub(super) struct Skeleton {
    stride: usize,
    line: Vec<bool>,
    steps: [isize; 8],
}

/// Where a walk along a line ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// An ending or a fork.
    Node(usize),
    /// The walk was long enough.
    Far(usize),
    /// The line closes upon the place where the walk began.
    Closed,
}

/// A walk along a line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Walk {
    pub stop: Stop,
    /// Steps taken.
    pub steps: usize,
    /// Where the walk was after the steps that show its direction, or where it ended before.
    pub shown: usize,
}

/// Steps after which a walk shows the direction of its line.
const SHOWS: usize = 11;

impl Skeleton {
    /// Thins ridges to lines.
    pub fn of(ridges: &Ridges) -> Self {
        let stride = ridges.width + 2;
        let mut line = vec![false; stride * (ridges.height + 2)];
        for (y, row) in ridges.black.chunks_exact(ridges.width).enumerate() {
            let from = (y + 1) * stride + 1;
            line[from..from + ridges.width].copy_from_slice(row);
        }
        let step = |(x, y): (isize, isize)| y * stride.cast_signed() + x;
        let mut skeleton = Self {
            stride,
            line,
            steps: AROUND.map(step),
        };
        skeleton.thin();
        skeleton
    }

    /// Takes away what is no middle, from above, below, left and right in turn, until nothing is left to take.
    fn thin(&mut self) {
        let removable = removable();
        let mut left: Vec<usize> = (0..self.line.len()).filter(|at| self.line[*at]).collect();
        let mut gone = Vec::new();
        loop {
            let before = left.len();
            for side in [0, 4, 6, 2] {
                gone.clear();
                left.retain(|at| {
                    let code = self.code(*at);
                    let goes = code & (1 << side) == 0 && removable[usize::from(code)];
                    if goes {
                        gone.push(*at);
                    }
                    !goes
                });
                for at in &gone {
                    self.line[*at] = false;
                }
            }
            if left.len() == before {
                break;
            }
        }
        // One after the other: corners that the lines do not need.
        for at in left {
            if removable[usize::from(self.code(at))] {
                self.line[at] = false;
            }
        }
    }

    /// Which neighbours are line: bit 0 above, then clockwise.
    fn code(&self, at: usize) -> u8 {
        self.steps.iter().enumerate().fold(0, |code, (bit, step)| {
            code | u8::from(self.line[at.wrapping_add_signed(*step)]) << bit
        })
    }

    /// Lines that leave a pixel.
    fn branches(&self, at: usize) -> u32 {
        let code = self.code(at);
        (code & !code.rotate_left(1)).count_ones()
    }

    /// The pixel's place in the picture.
    pub fn place(&self, at: usize) -> (usize, usize) {
        (at % self.stride - 1, at / self.stride - 1)
    }

    /// Endings (one branch) and forks (three and more).
    pub fn nodes(&self) -> Vec<(usize, u32)> {
        (0..self.line.len())
            .filter(|at| self.line[*at])
            .map(|at| (at, self.branches(at)))
            .filter(|(_, branches)| *branches == 1 || *branches >= 3)
            .collect()
    }

    /// Walks along each line that leaves a pixel, `most` steps at most.
    pub fn walks(&self, from: usize, most: usize) -> Vec<Walk> {
        let code = self.code(from);
        // The first pixel of each run of neighbours that is above, below or beside it, else the first.
        let begins = code & !code.rotate_left(1);
        (0..8)
            .filter(|bit| begins & (1 << bit) != 0)
            .map(|bit| {
                let next = (bit + 1) % 8;
                let straight = if bit % 2 == 1 && code & (1 << next) != 0 {
                    next
                } else {
                    bit
                };
                self.walk(from, from.wrapping_add_signed(self.steps[straight]), most)
            })
            .collect()
    }

    fn walk(&self, from: usize, first: usize, most: usize) -> Walk {
        let (mut before, mut at, mut shown) = (from, first, first);
        for steps in 1..=most {
            if steps <= SHOWS {
                shown = at;
            }
            if at == from {
                return Walk {
                    stop: Stop::Closed,
                    steps,
                    shown,
                };
            }
            if self.branches(at) != 2 {
                return Walk {
                    stop: Stop::Node(at),
                    steps,
                    shown,
                };
            }
            let Some(next) = self.onward(before, at) else {
                break;
            };
            (before, at) = (at, next);
        }
        Walk {
            stop: Stop::Far(at),
            steps: most,
            shown,
        }
    }

    /// The line's next pixel: not where the walk came from nor beside that; straight ones before diagonal ones.
    fn onward(&self, before: usize, at: usize) -> Option<usize> {
        let beside = |one: usize| {
            one == before
                || self
                    .steps
                    .iter()
                    .any(|step| before.wrapping_add_signed(*step) == one)
        };
        let mut choices = [0, 2, 4, 6, 1, 3, 5, 7]
            .into_iter()
            .map(|bit: usize| at.wrapping_add_signed(self.steps[bit]))
            .filter(|next| self.line[*next]);
        choices.find(|next| !beside(*next))
    }
}

/// Whether a pixel with these neighbours may go: its neighbours stay connected without it, and it ends no line.
fn removable() -> [bool; 256] {
    std::array::from_fn(|code| {
        let is = |bit: usize| code & (1 << (bit % 8)) != 0;
        let straight = [0, 2, 4, 6].into_iter().filter(|bit| is(*bit)).count();
        // Runs of neighbours, where a corner between two straight ones needs not be line.
        let runs = [0, 2, 4, 6]
            .into_iter()
            .filter(|bit| !is(*bit) && (is(bit + 1) || is(bit + 2)))
            .count();
        let count = code.count_ones();
        count >= 2 && straight < 4 && runs == 1
    })
}
