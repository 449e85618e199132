//! Systems of a few linear equations, as least squares leave them.

/// The solution of `matrix · x = right`; none where the equations do not determine it.
pub(super) fn solve<const N: usize>(
    mut matrix: [[f64; N]; N],
    mut right: [f64; N],
) -> Option<[f64; N]> {
    for column in 0..N {
        let best = (column..N)
            .max_by(|a, b| f64::total_cmp(&matrix[*a][column].abs(), &matrix[*b][column].abs()))?;
        let pivot = matrix[best][column];
        if !pivot.is_finite() || pivot.abs() < 1e-12 {
            return None;
        }
        matrix.swap(column, best);
        right.swap(column, best);
        for row in 0..N {
            if row != column {
                let factor = matrix[row][column] / pivot;
                let upper = matrix[column];
                for (cell, above) in matrix[row].iter_mut().zip(upper) {
                    *cell -= factor * above;
                }
                right[row] -= factor * right[column];
            }
        }
    }
    for (column, value) in right.iter_mut().enumerate() {
        *value /= matrix[column][column];
    }
    Some(right)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equations_are_solved_or_not_determined() {
        let [x, y] = solve([[0.0, 2.0], [4.0, 1.0]], [6.0, 11.0]).unwrap();
        assert!((x - 2.0).abs() < 1e-9 && (y - 3.0).abs() < 1e-9);
        assert_eq!(solve([[1.0, 2.0], [2.0, 4.0]], [1.0, 2.0]), None);
    }
}
