//! A hand that paints in head units: the origin lies between the eyes, one unit is their distance.

use super::canvas::{Canvas, Mask};
use super::colour::Colour;
use super::path::Point;
use super::stroke::segment;

/// Pixels of blur from which masks are made at a quarter of the size.
const SOFT: f32 = 5.0;

/// Where a head stands on the canvas.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame {
    /// Pixel between the eyes.
    pub middle: Point,
    /// Pixels a head unit.
    pub unit: f32,
    /// Sine and cosine of the turn, clockwise.
    turn: (f32, f32),
}

impl Frame {
    /// A head so large, turned clockwise by so many degrees.
    pub(super) fn new(middle: Point, unit: f32, degrees: f32) -> Self {
        let turn = degrees.to_radians().sin_cos();
        Self { middle, unit, turn }
    }

    /// A place of the head as a pixel.
    pub(super) fn pixel(&self, (x, y): Point) -> Point {
        let (sin, cos) = self.turn;
        (
            self.middle.0 + self.unit * (x * cos - y * sin),
            self.middle.1 + self.unit * (x * sin + y * cos),
        )
    }

    /// A pixel as a place of the head.
    pub(super) fn place(&self, x: f32, y: f32) -> Point {
        let (sin, cos) = self.turn;
        let (x, y) = (
            (x - self.middle.0) / self.unit,
            (y - self.middle.1) / self.unit,
        );
        (x * cos + y * sin, y * cos - x * sin)
    }
}

/// A canvas and where the head stands on it.
#[derive(Debug)]
pub(super) struct Painter<'a> {
    pub canvas: &'a mut Canvas,
    pub frame: Frame,
}

impl Painter<'_> {
    /// What a closed polygon covers, its rim blurred over so many units.
    #[expect(clippy::cast_precision_loss, reason = "a few thousand pixels")]
    pub(super) fn mask(&self, polygon: &[Point], soft: f32) -> Mask {
        let sigma = soft * self.frame.unit;
        let rows = self.canvas.height as f32 + 2.0;
        let small = if sigma < SOFT { 1.0 } else { 0.25 };
        let pixels: Vec<Point> = polygon
            .iter()
            .map(|p| self.frame.pixel(*p))
            .map(|p| (p.0 * small, p.1 * small))
            .collect();
        let mask = Mask::polygon(&pixels, 3.0 * sigma * small + 1.0, rows * small);
        let mask = mask.blurred(sigma * small);
        if sigma < SOFT { mask } else { mask.enlarged(4) }
    }

    /// Lays one colour over a mask.
    pub(super) fn lay(&mut self, mask: &Mask, colour: Colour) {
        self.canvas.paint(mask, |_, _, _| colour);
    }

    /// Lays a colour that depends on the place and on what is there.
    pub(super) fn shade(
        &mut self,
        mask: &Mask,
        mut colour: impl FnMut(f32, f32, Colour) -> Colour,
    ) {
        let frame = self.frame;
        self.canvas.paint(mask, |x, y, under| {
            let (x, y) = frame.place(x, y);
            colour(x, y, under)
        });
    }

    /// Fills a polygon.
    pub(super) fn fill(&mut self, polygon: &[Point], soft: f32, colour: Colour, share: f32) {
        let mask = self.mask(polygon, soft).faded(share);
        self.lay(&mask, colour);
    }

    /// Draws a line of changing half width (units): `width(t)`, `colour(t)` for `t` from 0 to 1 along it.
    #[expect(clippy::cast_precision_loss, reason = "few points")]
    pub(super) fn line(
        &mut self,
        points: &[Point],
        share: f32,
        width: impl Fn(f32) -> f32,
        colour: impl Fn(f32) -> Colour,
    ) {
        let count = (points.len() - 1) as f32;
        let mut from = self.frame.pixel(points[0]);
        for (i, point) in points.iter().enumerate().skip(1) {
            let to = self.frame.pixel(*point);
            let t = (i as f32 - 0.5) / count;
            let half = width(t) * self.frame.unit;
            segment(self.canvas, from, to, half, colour(t), share);
            from = to;
        }
    }

    /// A line as a polygon, to be blurred or clipped.
    #[expect(clippy::cast_precision_loss, reason = "few points")]
    pub(super) fn band(points: &[Point], width: impl Fn(f32) -> f32) -> Vec<Point> {
        let count = (points.len() - 1) as f32;
        let side = |sign: f32| {
            points.iter().enumerate().map(move |(i, p)| {
                let (a, b) = (
                    points[i.saturating_sub(1)],
                    points[(i + 1).min(points.len() - 1)],
                );
                let length = (b.0 - a.0).hypot(b.1 - a.1).max(1e-6);
                (
                    *p,
                    ((b.1 - a.1) / length * sign, -(b.0 - a.0) / length * sign),
                    i as f32 / count,
                )
            })
        };
        let mut polygon: Vec<Point> = Vec::with_capacity(2 * points.len());
        polygon.extend(side(1.0).map(|(p, n, t)| (p.0 + n.0 * width(t), p.1 + n.1 * width(t))));
        let back: Vec<Point> = side(-1.0)
            .map(|(p, n, t)| (p.0 + n.0 * width(t), p.1 + n.1 * width(t)))
            .collect();
        polygon.extend(back.into_iter().rev());
        polygon
    }
}
