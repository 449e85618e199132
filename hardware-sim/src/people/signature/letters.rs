//! A handwritten alphabet: the places a pen passes in each letter.

use super::Point;

/// Letters of a word, joined from baseline to baseline. A line is a letter and its places: to the right, and above the baseline;
/// 10 is the height of an x.
const SMALL: &str = "\
a 8,8 4,10 0,5 3,0 7,4 9,10 9,2 12,1
b 2,8 5,20 3,22 2,10 2,1 6,0 8,5 6,9 12,8
c 8,8 5,10 1,6 2,1 6,0 10,2
d 8,8 4,10 0,5 3,0 7,4 10,22 9,2 12,1
e 2,4 7,6 6,10 2,8 1,3 4,0 10,2
f 3,8 8,20 6,23 4,12 2,-10 0,-12 3,-2 9,2
g 8,8 4,10 0,5 3,1 8,6 9,9 7,-9 3,-12 2,-8 11,1
h 3,10 7,21 4,22 2,8 1,0 4,8 7,10 8,3 11,1
i 3,9 3,3 5,0 8,2
j 4,9 2,-9 -1,-12 -1,-7 7,1
k 3,10 7,21 4,22 2,6 1,0 5,9 7,8 3,5 8,0 11,2
l 3,10 6,20 3,22 2,8 3,1 6,0 9,2
m 1,9 1,0 3,8 5,9 6,1 8,8 10,9 11,3 14,1
n 1,9 1,0 4,8 6,9 7,3 10,1
o 5,10 1,6 2,1 6,1 8,6 5,10 11,8
p 2,9 0,-11 2,3 5,10 8,6 5,1 3,2 11,1
q 8,8 4,10 0,5 3,1 8,6 8,-11 12,0
r 2,9 3,11 6,8 5,3 6,0 9,2
s 4,9 6,5 5,0 2,0 9,2
t 3,10 4,18 3,5 4,0 8,2
u 2,9 1,3 4,0 7,4 8,9 8,3 11,1
v 2,9 4,0 7,6 8,10 11,9
w 1,9 3,0 6,8 8,0 11,8 14,9
x 1,8 4,5 6,1 9,2
y 2,9 2,3 5,2 8,9 6,-9 2,-12 2,-7 11,1
z 1,9 7,9 2,1 5,0 4,-8 1,-11 1,-7 9,1";

/// Capitals, of about three heights of an x.
const CAPITAL: &str = "\
A 0,0 6,15 11,28 13,12 14,0 9,11 3,10 16,9
B 3,27 2,0 3,25 11,27 12,19 5,15 14,12 13,2 4,0 16,2
C 15,24 11,28 3,20 2,6 8,0 17,4
D 4,27 2,1 10,2 17,14 12,26 2,27 -2,22 6,30 18,24
E 14,25 8,28 4,22 9,16 3,12 2,3 8,0 15,4
F 16,28 2,27 7,26 5,10 1,0 -2,3 4,14 12,15
G 15,24 10,28 2,18 3,4 9,2 14,13 13,-2 6,-10 3,-6 16,2
H 2,27 1,0 3,14 13,15 15,28 13,2 17,1
I 1,22 8,28 7,14 4,1 -1,2 3,6 12,2
J 0,24 10,28 8,5 4,-9 -1,-6 4,0 14,3
K 3,27 1,0 2,13 13,27 4,14 9,6 16,0 19,2
L 4,20 8,28 6,12 1,1 -1,3 6,2 16,0 19,3
M 0,0 4,27 9,6 15,28 17,2 21,1
N 0,0 4,27 12,2 16,28 18,30
O 9,28 2,20 2,6 8,0 15,8 14,22 8,28 12,24 20,26
P 3,26 1,0 3,24 11,28 14,20 5,13 12,11
Q 9,28 2,20 2,6 8,0 15,8 14,22 8,28 9,8 19,-3
R 3,26 1,0 3,24 11,28 13,20 5,14 10,7 17,0 20,2
S 14,24 9,28 5,21 12,12 9,1 1,2 4,6 17,2
T -2,24 6,28 16,27 9,27 7,10 3,0 10,1
U 1,26 3,28 2,8 7,0 13,8 15,28 14,4 18,1
V 0,26 3,27 7,0 13,20 17,28 21,27
W 0,27 5,0 10,18 14,1 21,28 24,27
X 1,26 8,14 15,0 17,4 9,15 17,28
Y 0,26 4,16 10,18 15,28 10,4 3,-10 0,-5 14,3
Z 1,25 8,28 15,27 6,10 0,0 8,3 17,0";

/// The places of a small letter; a low wave for anything else.
pub(super) fn small(letter: char) -> Vec<Point> {
    places(SMALL, letter.to_ascii_lowercase()).unwrap_or_else(|| vec![(3.0, 6.0), (6.0, 1.0)])
}

/// The places of a capital; a tall loop for anything else.
pub(super) fn capital(letter: char) -> Vec<Point> {
    places(CAPITAL, letter.to_ascii_uppercase())
        .unwrap_or_else(|| vec![(0.0, 0.0), (8.0, 28.0), (4.0, 20.0), (10.0, 1.0)])
}

fn places(alphabet: &str, letter: char) -> Option<Vec<Point>> {
    let line = alphabet.lines().find(|line| line.starts_with(letter))?;
    let place = |word: &str| {
        let (x, y) = word.split_once(',')?;
        Some((x.parse().ok()?, y.parse().ok()?))
    };
    line.split(' ').skip(1).map(place).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_letter_can_be_written() {
        for letter in 'a'..='z' {
            assert!(
                places(SMALL, letter).is_some_and(|places| places.len() >= 4),
                "{letter}"
            );
            let capital = letter.to_ascii_uppercase();
            assert!(
                places(CAPITAL, capital).is_some_and(|places| places.len() >= 5),
                "{capital}"
            );
        }
        assert_eq!(places(SMALL, '<'), None);
        assert!(!small('<').is_empty() && !capital('<').is_empty());
    }
}
