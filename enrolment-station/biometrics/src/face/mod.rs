//! Faces in pictures: where they are, how good the portrait is, and the crop that a document wants.

pub mod tflite;
