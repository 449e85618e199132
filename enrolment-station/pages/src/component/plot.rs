//! A trend, drawn as SVG on the server, with the table of its numbers behind it.

use maud::{Markup, Render, html};

use super::{Cell, Column, Details, Table};
use crate::language::Speech;

const WIDTH: f64 = 640.0;
const HEIGHT: f64 = 240.0;
const LEFT: f64 = 56.0;
const BOTTOM: f64 = 28.0;
const TOP: f64 = 12.0;

/// One point of a trend.
#[derive(Debug, Clone)]
pub struct Point {
    /// When or where, as shown on the axis.
    pub at: String,
    /// How much; not negative.
    pub value: f64,
}

/// A bar chart.
#[derive(Debug, Clone)]
pub struct Plot {
    title: String,
    axis: String,
    unit: String,
    points: Vec<Point>,
    limit: Option<(f64, String)>,
}

impl Plot {
    /// `axis` names what the points stand for (the day), `unit` what is counted (cards an hour).
    pub fn new(
        title: impl Into<String>,
        axis: impl Into<String>,
        unit: impl Into<String>,
        points: impl IntoIterator<Item = Point>,
    ) -> Self {
        Self {
            title: title.into(),
            axis: axis.into(),
            unit: unit.into(),
            points: points.into_iter().collect(),
            limit: None,
        }
    }

    /// A line to stay above or below, with its words.
    #[must_use]
    pub fn limit(mut self, value: f64, words: impl Into<String>) -> Self {
        self.limit = Some((value, words.into()));
        self
    }

    /// The drawing, and the table behind it.
    pub fn show(&self, speech: Speech<'_>) -> Markup {
        let columns = [Column::words(&self.axis), Column::numbers(&self.unit)];
        let mut table = Table::new(&self.title, columns);
        for point in &self.points {
            table = table.row([
                Cell::from(&point.at),
                Cell::from(speech.number(point.value)),
            ]);
        }
        html! {
            figure.plot {
                figcaption { (self.title) " · " (self.unit) }
                (self.drawing(speech))
                (Details::new(speech.text("plot-table"), table.render()))
            }
        }
    }

    fn drawing(&self, speech: Speech<'_>) -> Markup {
        let highest = self
            .points
            .iter()
            .map(|point| point.value)
            .fold(0.0, f64::max);
        let highest = self
            .limit
            .as_ref()
            .map_or(highest, |(limit, _)| highest.max(*limit));
        let step = round_step(highest);
        let top = (highest / step).ceil().max(1.0) * step;
        let y = |value: f64| TOP + (HEIGHT - TOP - BOTTOM) * (1.0 - value / top);
        let slot = (WIDTH - LEFT) / to_f64(self.points.len().max(1));
        let ticks: Vec<f64> = (0..=20)
            .map(|n| f64::from(n) * step)
            .take_while(|tick| *tick <= top)
            .collect();
        // Every label where there is room for it, else every second, third …
        let every = self.points.len().div_ceil(10).max(1);
        html! {
            svg.chart viewBox={ "0 0 " (WIDTH) " " (HEIGHT) } role="img" aria-label=(self.title) {
                @for tick in ticks {
                    line.grid x1=(LEFT) x2=(WIDTH) y1=(place(y(tick))) y2=(place(y(tick))) {}
                    text.scale x=(LEFT - 8.0) y=(place(y(tick) + 5.0)) { (speech.number(tick)) }
                }
                @for (number, point) in self.points.iter().enumerate() {
                    @let left = LEFT + slot * to_f64(number);
                    rect.bar x=(place(left + slot * 0.15)) width=(place(slot * 0.7))
                        y=(place(y(point.value))) height=(place(y(0.0) - y(point.value))) rx="2" {}
                    @if number % every == 0 {
                        text.label x=(place(left + slot / 2.0)) y=(HEIGHT - 8.0) { (point.at) }
                    }
                }
                @if let Some((limit, words)) = &self.limit {
                    line.limit x1=(LEFT) x2=(WIDTH) y1=(place(y(*limit))) y2=(place(y(*limit))) {}
                    text.limit-words x=(WIDTH) y=(place(y(*limit) - 6.0)) { (words) }
                }
            }
        }
    }
}

/// A step of 1, 2 or 5 times a power of ten that makes three to six lines.
fn round_step(highest: f64) -> f64 {
    let rough = (highest / 5.0).max(0.2);
    let power = 10_f64.powf(rough.log10().floor());
    let factor = [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .find(|factor| factor * power >= rough)
        .unwrap_or(10.0);
    factor * power
}

fn place(value: f64) -> String {
    format!("{value:.1}")
}

fn to_f64(count: usize) -> f64 {
    u32::try_from(count).map_or(f64::MAX, f64::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scale_is_made_of_round_numbers() {
        for (highest, step) in [(0.0, 0.2), (9.0, 2.0), (23.0, 5.0), (62_346.0, 20_000.0)] {
            assert!((round_step(highest) - step).abs() < 1e-9, "{highest}");
        }
    }
}
