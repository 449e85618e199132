//! BER-TLV: walking any bytes ends, stays inside them, and objects survive being written again.
#![cfg_attr(fuzzing, no_main)]

use icao9303::tlv::{Reader, encode, parse_exact, total_length};

fuzz::target!(|data| {
    walk(data, 0);
    if let Ok(Some(first)) = Reader::new(data).next_element() {
        assert_eq!(total_length(data), Ok(first.raw.len()));
    }
});

fn walk(bytes: &[u8], depth: usize) {
    let mut reader = Reader::new(bytes);
    while let Ok(Some(element)) = reader.next_element() {
        assert!(element.raw.ends_with(element.value));
        let shortest = encode(element.tag, element.value);
        assert!(shortest.len() <= element.raw.len());
        assert_eq!(parse_exact(&shortest, element.tag), Ok(element.value));
        if depth < 8 {
            walk(element.value, depth + 1);
        }
    }
}
