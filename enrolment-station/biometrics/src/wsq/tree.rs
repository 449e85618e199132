//! The quad tree of a WSQ picture: which regions are split, in which order, and where the bands lie.

/// Bands that can be coded; the other four of the 64 are never coded.
pub(super) const BANDS: usize = 60;
/// First band of the second Huffman block.
pub(super) const BLOCK_2: usize = 19;
/// First band of the third Huffman block.
pub(super) const BLOCK_3: usize = 52;

/// A rectangle of the coefficient plane, in samples.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Region {
    pub x: usize,
    pub y: usize,
    pub width: usize,
    pub height: usize,
}

impl Region {
    pub(super) fn area(&self) -> usize {
        self.width * self.height
    }
}

/// A region that is split in four, with the order of its halves.
///
/// Splitting a high band turns its frequencies over, so that the high half comes first there:
/// in the right children along x, in the lower children along y.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Node {
    pub region: Region,
    pub high_first_x: bool,
    pub high_first_y: bool,
}

impl Node {
    /// Upper left, upper right, lower left, lower right.
    fn children(&self) -> [Self; 4] {
        let Region {
            x,
            y,
            width,
            height,
        } = self.region;
        let left = first_half(width, self.high_first_x);
        let top = first_half(height, self.high_first_y);
        let child = |right: bool, below: bool| Self {
            region: Region {
                x: if right { x + left } else { x },
                y: if below { y + top } else { y },
                width: if right { width - left } else { left },
                height: if below { height - top } else { top },
            },
            high_first_x: right,
            high_first_y: below,
        };
        [
            child(false, false),
            child(true, false),
            child(false, true),
            child(true, true),
        ]
    }
}

/// Low halves have the odd sample.
fn first_half(length: usize, high_first: bool) -> usize {
    if high_first {
        length / 2
    } else {
        length.div_ceil(2)
    }
}

/// All splits (a parent before its children) and all coded bands of a picture.
#[derive(Debug)]
pub(super) struct Tree {
    pub nodes: Vec<Node>,
    pub bands: [Region; BANDS],
}

impl Tree {
    pub(super) fn new(width: usize, height: usize) -> Self {
        let whole = Node {
            region: Region {
                x: 0,
                y: 0,
                width,
                height,
            },
            ..Node::default()
        };
        let [low, right, below, _never_coded] = whole.children();
        let [low2, right2, below2, corner2] = low.children();
        let low3 = low2.children();
        let low4 = low3[0].children();

        let mut nodes = vec![whole, low, right, below, low2, right2, below2];
        nodes.extend(low3);
        nodes.push(low4[0]);
        nodes.extend(right2.children());
        nodes.extend(below2.children());

        let order = (low4[0].children().into_iter())
            .chain(low4.into_iter().skip(1))
            .chain(low3.into_iter().skip(1).flat_map(|node| node.children()))
            .chain(
                right2
                    .children()
                    .into_iter()
                    .flat_map(|node| node.children()),
            )
            .chain(
                below2
                    .children()
                    .into_iter()
                    .flat_map(|node| node.children()),
            )
            .chain([corner2])
            .chain(right.children())
            .chain(below.children());
        let mut bands = [Region::default(); BANDS];
        for (band, node) in bands.iter_mut().zip(order) {
            *band = node.region;
        }
        Self { nodes, bands }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bands_tile_the_picture_but_its_last_quarter() {
        for (width, height) in [(416, 560), (315, 394), (512, 301), (64, 64), (255, 257)] {
            let tree = Tree::new(width, height);
            assert_eq!(tree.nodes.len(), 20);
            let mut seen = vec![0u8; width * height];
            for band in &tree.bands {
                for y in band.y..band.y + band.height {
                    for x in band.x..band.x + band.width {
                        seen[y * width + x] += 1;
                    }
                }
            }
            let (left, top) = (width.div_ceil(2), height.div_ceil(2));
            for y in 0..height {
                for x in 0..width {
                    let coded = x < left || y < top;
                    assert_eq!(
                        seen[y * width + x],
                        u8::from(coded),
                        "{width}x{height} {x},{y}"
                    );
                }
            }
        }
    }
}
