//! Decisions only: ids, states and moves, document numbers, stock.
