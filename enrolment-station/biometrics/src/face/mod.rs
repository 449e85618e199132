//! Faces in pictures: where they are, how good the portrait is, and the crop that a document wants.
//!
//! Google's three `MediaPipe` models find faces (`BlazeFace`, short range), 468 landmarks (Face Mesh) and irises (Iris);
//! their files stand in `models/`, and our own interpreter ([`tflite`]) runs them. Places are pixels of the picture that
//! came in: `x` from its left edge, `y` from its top edge. Left and right are the picture's, not the person's.

pub mod check;
pub mod crop;
mod detect;
pub mod measure;
mod mesh;
mod sample;
pub mod tflite;

use std::fmt;

use image::RgbImage;

pub use check::{Check, Verdict};
pub use measure::Measure;

use tflite::{Model, ModelError};

/// Least score of the detector for a face (0 to 1).
pub const LEAST_FACE_SCORE: f64 = 0.5;
/// Least score of the mesh for landmarks that may be trusted (0 to 1).
pub const LEAST_MESH_SCORE: f64 = 0.5;
/// Points of the mesh.
pub const POINTS: usize = 468;

const DETECTOR: &[u8] = include_bytes!("../../models/face_detection_short_range.tflite");
const MESH: &[u8] = include_bytes!("../../models/face_landmark.tflite");
const IRIS: &[u8] = include_bytes!("../../models/iris_landmark.tflite");

/// A place in a picture, in pixels.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Point {
    /// From the left edge.
    pub x: f64,
    /// From the top edge.
    pub y: f64,
}

impl Point {
    /// Distance in pixels.
    pub fn distance(self, other: Self) -> f64 {
        (self.x - other.x).hypot(self.y - other.y)
    }

    /// The middle between two places.
    #[must_use]
    pub fn middle(self, other: Self) -> Self {
        Self {
            x: f64::midpoint(self.x, other.x),
            y: f64::midpoint(self.y, other.y),
        }
    }
}

/// An upright rectangle in a picture, in pixels; it may reach beyond the picture.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Area {
    /// From the picture's left edge.
    pub left: f64,
    /// From the picture's top edge.
    pub top: f64,
    /// Pixels across.
    pub width: f64,
    /// Pixels down.
    pub height: f64,
}

impl Area {
    /// Pixels within.
    pub fn size(&self) -> f64 {
        self.width.max(0.0) * self.height.max(0.0)
    }

    /// The whole of a picture.
    pub fn of(picture: &RgbImage) -> Self {
        Self {
            left: 0.0,
            top: 0.0,
            width: f64::from(picture.width()),
            height: f64::from(picture.height()),
        }
    }
}

/// A face that the detector found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Face {
    /// From brows to chin, roughly.
    pub area: Area,
    /// How sure the detector is, 0 to 1.
    pub score: f64,
    /// Rough places of both eyes (left, right), nose, mouth and both ears, good to a tenth of the eyes' distance.
    pub points: [Point; 6],
}

/// All faces of a picture, the largest first.
pub type Faces = Vec<Face>;

/// A point of the mesh: its place, and how far from the camera it is.
#[derive(Clone, Copy, PartialEq)]
pub struct Landmark {
    /// Place in the picture.
    pub place: Point,
    /// Depth in pixels against the middle of the head; smaller is nearer to the camera.
    pub depth: f64,
}

/// One eye by the iris model.
#[derive(Clone, PartialEq)]
pub struct Iris {
    /// Middle of the iris: what ISO/IEC 19794-5 calls the eye's centre.
    pub centre: Point,
    /// Diameter of the iris in pixels.
    pub diameter: f64,
    /// Largest gap between the lids in pixels.
    pub lid_gap: f64,
}

/// What the mesh and the iris model say of one face. Its `Debug` shows the score alone.
#[derive(Clone, PartialEq)]
pub struct Landmarks {
    /// How sure the mesh is that this is a face, 0 to 1.
    pub score: f64,
    /// The 468 points in the order of `MediaPipe`'s canonical face.
    pub points: Vec<Landmark>,
    /// The picture's left eye, then its right one.
    pub irises: [Iris; 2],
}

impl fmt::Debug for Landmarks {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Landmarks")
            .field("score", &self.score)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Landmark {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Landmark").finish_non_exhaustive()
    }
}

impl fmt::Debug for Iris {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Iris").finish_non_exhaustive()
    }
}

impl Landmarks {
    /// Pixels between the irises.
    pub fn eye_distance(&self) -> f64 {
        self.irises[0].centre.distance(self.irises[1].centre)
    }

    /// The place between the irises.
    pub fn between_eyes(&self) -> Point {
        self.irises[0].centre.middle(self.irises[1].centre)
    }

    /// A point of the mesh.
    pub fn point(&self, number: usize) -> Point {
        self.points
            .get(number)
            .map_or_else(Point::default, |one| one.place)
    }

    /// The same face in a picture that shows `area` of this one at `scale` (pixels there by pixels here).
    #[must_use]
    pub fn within(&self, area: &Area, scale: f64) -> Self {
        let place = |point: Point| Point {
            x: (point.x - area.left) * scale,
            y: (point.y - area.top) * scale,
        };
        let mut moved = self.clone();
        for point in &mut moved.points {
            point.place = place(point.place);
            point.depth *= scale;
        }
        for iris in &mut moved.irises {
            iris.centre = place(iris.centre);
            iris.diameter *= scale;
            iris.lid_gap *= scale;
        }
        moved
    }
}

/// The three models, read once and used by any number of threads.
#[derive(Debug)]
pub struct Models {
    detector: Model,
    mesh: Model,
    iris: Model,
}

impl Models {
    /// Reads the built-in models: about 30 ms and 12 MB.
    pub fn load() -> Result<Self, ModelError> {
        Ok(Self {
            detector: Model::read(DETECTOR)?,
            mesh: Model::read(MESH)?,
            iris: Model::read(IRIS)?,
        })
    }

    /// Finds all faces with a score above [`LEAST_FACE_SCORE`], the largest first. Faces smaller than a twentieth of
    /// the picture's longer side are not seen.
    pub fn find(&self, picture: &RgbImage) -> Faces {
        detect::find(&self.detector, picture)
    }

    /// Landmarks and irises of a face; none if the mesh does not take it for a face ([`LEAST_MESH_SCORE`]).
    pub fn landmarks(&self, picture: &RgbImage, face: &Face) -> Option<Landmarks> {
        mesh::landmarks(&self.mesh, &self.iris, picture, face)
    }
}
