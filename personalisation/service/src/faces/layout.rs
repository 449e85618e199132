//! Where the texts of any length stand, a table a document type. Millimetres.

use super::lettering::Field;

/// The fields of one document type.
#[derive(Debug)]
pub(super) struct Layout {
    pub(super) surname: Field,
    pub(super) given_names: Field,
    pub(super) place_of_birth: Field,
    pub(super) authority: Field,
    pub(super) permit: Option<PermitLayout>,
}

/// What residence permits have besides.
#[derive(Debug)]
pub(super) struct PermitLayout {
    pub(super) category: Field,
    pub(super) place_of_issue: Field,
    /// A field a line: two on the front, two on the back.
    pub(super) remarks: [Field; 4],
}

/// No text is broken into two lines.
const ONE_LINE_ONLY: [f64; 2] = [0.0, 1.0];

const SURNAME: Field = Field {
    name: "surname",
    x: 33.4,
    width: 49.0,
    baseline: 17.9,
    baselines: [16.95, 19.3],
    one_line: [3.0, 2.4],
    two_lines: [2.35, 1.8],
};
const GIVEN_NAMES: Field = Field {
    name: "given names",
    baseline: 25.1,
    baselines: [24.15, 26.5],
    ..SURNAME
};
const PLACE_OF_BIRTH: Field = Field {
    name: "place of birth",
    x: 5.0,
    width: 50.0,
    baseline: 8.6,
    baselines: [7.75, 9.85],
    one_line: [2.1, 1.8],
    two_lines: [1.8, 1.4],
};
const AUTHORITY: Field = Field {
    name: "authority",
    baseline: 22.6,
    baselines: [21.75, 23.85],
    ..PLACE_OF_BIRTH
};

/// Identity cards.
pub(super) const IDENTITY_CARD: Layout = Layout {
    surname: SURNAME,
    given_names: GIVEN_NAMES,
    place_of_birth: PLACE_OF_BIRTH,
    authority: AUTHORITY,
    permit: None,
};

const CATEGORY: Field = Field {
    name: "category",
    x: 33.4,
    width: 35.0,
    baseline: 39.6,
    baselines: [38.8, 40.8],
    one_line: [2.3, 1.8],
    two_lines: [1.8, 1.45],
};
const PLACE_OF_ISSUE: Field = Field {
    name: "place of issue",
    x: 33.4,
    width: 18.4,
    baseline: 46.2,
    baselines: [45.4, 46.9],
    one_line: [2.1, 1.6],
    two_lines: [1.55, 1.2],
};
const REMARK: Field = Field {
    name: "remarks",
    x: 4.0,
    width: 47.0,
    baseline: 50.9,
    baselines: [50.9, 50.9],
    one_line: [1.7, 1.3],
    two_lines: ONE_LINE_ONLY,
};

/// Residence permits.
pub(super) const RESIDENCE_PERMIT: Layout = Layout {
    surname: SURNAME,
    given_names: GIVEN_NAMES,
    place_of_birth: Field {
        baseline: 13.5,
        baselines: [12.7, 14.7],
        ..PLACE_OF_BIRTH
    },
    authority: Field {
        baseline: 20.0,
        baselines: [19.2, 21.2],
        ..AUTHORITY
    },
    permit: Some(PermitLayout {
        category: CATEGORY,
        place_of_issue: PLACE_OF_ISSUE,
        remarks: [
            REMARK,
            Field {
                baseline: 52.8,
                ..REMARK
            },
            Field {
                x: 5.0,
                baseline: 25.6,
                ..REMARK
            },
            Field {
                x: 5.0,
                baseline: 27.6,
                ..REMARK
            },
        ],
    }),
};
