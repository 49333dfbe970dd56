//! Real small PDF files, written object by object with a correct cross-reference table.

use std::fmt::Write as _;
use std::io::Write as _;

use flate2::Compression;
use flate2::write::ZlibEncoder;

const HEADER: &[u8] = b"%PDF-1.7\n%\xE2\xE3\xCF\xD3\n";
const ROOT: &str = "/Root 1 0 R";

/// A page with a line of text.
pub(crate) fn pdf() -> Vec<u8> {
    with_pages(1)
}

/// As many pages with a line of text each.
pub(crate) fn with_pages(count: usize) -> Vec<u8> {
    with_table(&objects(count), ROOT)
}

/// As [`pdf`], with `more` in its trailer and these objects appended (the first is number 6).
pub(crate) fn with_trailer(more: &str, appended: &[Vec<u8>]) -> Vec<u8> {
    with_table(&[objects(1), appended.to_vec()].concat(), &format!("{ROOT} {more}"))
}

/// Catalog, page tree, font, then a page and its content for each page: the first page is 4, its content 5.
pub(crate) fn objects(count: usize) -> Vec<Vec<u8>> {
    let kids = (0..count).fold(String::new(), |mut kids, page| {
        write!(kids, "{} 0 R ", 4 + 2 * page).unwrap();
        kids
    });
    let mut objects = vec![
        b"<< /Type /Catalog /Pages 2 0 R >>".to_vec(),
        format!("<< /Type /Pages /Count {count} /Kids [ {kids}] >>").into_bytes(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_vec(),
    ];
    for page in 0..count {
        let content = 5 + 2 * page;
        objects.push(
            format!(
                "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {content} 0 R \
                 /Resources << /Font << /F1 3 0 R >> >> >>"
            )
            .into_bytes(),
        );
        let text = format!("BT /F1 24 Tf 72 720 Td (Proof of address, page {}) Tj ET", page + 1);
        objects.push(stream("", text.as_bytes()));
    }
    objects
}

/// A stream object with `entries` in its dictionary.
pub(crate) fn stream(entries: &str, data: &[u8]) -> Vec<u8> {
    let dictionary = format!("<< {entries} /Length {} >>\nstream\n", data.len());
    [dictionary.as_bytes(), data, b"\nendstream"].concat()
}

pub(crate) fn deflated(data: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap()
}

/// A file with a classic cross-reference table.
pub(crate) fn with_table(objects: &[Vec<u8>], trailer: &str) -> Vec<u8> {
    let (mut bytes, offsets) = body(objects);
    let table_at = bytes.len();
    let size = objects.len() + 1;
    write!(bytes, "xref\n0 {size}\n0000000000 65535 f \n").unwrap();
    for offset in offsets {
        writeln!(bytes, "{offset:010} 00000 n ").unwrap();
    }
    write!(bytes, "trailer\n<< /Size {size} {trailer} >>\nstartxref\n{table_at}\n%%EOF\n").unwrap();
    bytes
}

/// The same document as newer programs write it: objects packed into a stream, the table compressed.
pub(crate) fn packed(more: &str) -> Vec<u8> {
    packed_with_padding(0, more)
}

/// As [`packed`], with so many zeros behind the packed objects.
pub(crate) fn packed_with_padding(zeros: usize, more: &str) -> Vec<u8> {
    let page = [
        b"<< /Type /Catalog /Pages 2 0 R >>".to_vec(),
        b"<< /Type /Pages /Count 1 /Kids [ 3 0 R ] >>".to_vec(),
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>".to_vec(),
    ];
    let mut index = String::new();
    let mut data = Vec::new();
    for (number, object) in page.iter().enumerate() {
        write!(index, "{} {} ", number + 1, data.len()).unwrap();
        data.extend_from_slice(object);
        data.push(b'\n');
    }
    let entries = format!("/Type /ObjStm /N 3 /First {} /Filter /FlateDecode", index.len());
    let objects = stream(&entries, &deflated(&[index.as_bytes(), &data, &vec![0; zeros]].concat()));
    with_packed_table(&objects, &[[2, 0, 4, 0], [2, 0, 4, 1], [2, 0, 4, 2]], more)
}

/// A file of one object (number 4) and a cross-reference stream with these entries for objects 1 to 3.
pub(crate) fn with_packed_table(object: &[u8], entries: &[[u8; 4]; 3], more: &str) -> Vec<u8> {
    let mut bytes = HEADER.to_vec();
    let object_at = u16::try_from(bytes.len()).unwrap().to_be_bytes();
    bytes.extend([b"4 0 obj\n", object, b"\nendobj\n"].concat());
    let table_at = bytes.len();
    let [high, low] = u16::try_from(table_at).unwrap_or_default().to_be_bytes();
    let mut table = vec![0, 0, 0, 0];
    table.extend(entries.as_flattened());
    table.extend([1, object_at[0], object_at[1], 0, 1, high, low, 0]);
    let dictionary = format!("/Type /XRef /Size 6 /W [1 2 1] {ROOT} /Filter /FlateDecode {more}");
    let table = stream(&dictionary, &deflated(&table));
    bytes.extend([b"5 0 obj\n", table.as_slice(), b"\nendobj\n"].concat());
    write!(bytes, "startxref\n{table_at}\n%%EOF\n").unwrap();
    bytes
}

/// A later revision behind the first: the page gets new content.
pub(crate) fn revised() -> Vec<u8> {
    let mut bytes = pdf();
    let first_table = crate::documents::corpus::find_last(&bytes, b"xref\n0").unwrap();
    let object_at = bytes.len();
    bytes.extend([b"5 0 obj\n", stream("", b"BT (revised) Tj ET").as_slice(), b"\nendobj\n"].concat());
    let table_at = bytes.len();
    write!(bytes, "xref\n5 1\n{object_at:010} 00000 n \ntrailer\n<< /Size 6 {ROOT} /Prev {first_table} >>\n")
        .unwrap();
    write!(bytes, "startxref\n{table_at}\n%%EOF\n").unwrap();
    bytes
}

fn body(objects: &[Vec<u8>]) -> (Vec<u8>, Vec<usize>) {
    let mut bytes = HEADER.to_vec();
    let mut offsets = Vec::new();
    for (index, object) in objects.iter().enumerate() {
        offsets.push(bytes.len());
        writeln!(bytes, "{} 0 obj", index + 1).unwrap();
        bytes.extend_from_slice(object);
        bytes.extend_from_slice(b"\nendobj\n");
    }
    (bytes, offsets)
}
