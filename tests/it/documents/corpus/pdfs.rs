//! Broken and locked PDF files.

use super::{Hostile, find_last, hostile, replaced};
use crate::documents::samples::pdf;

pub(crate) fn all() -> Vec<Hostile> {
    [cut(), locked(), broken(), bottomless()].into_iter().flatten().collect()
}

fn cut() -> Vec<Hostile> {
    let whole = pdf::with_pages(3);
    let until = |end: usize| whole[..end].to_vec();
    let revised = pdf::revised();
    let first_end = find_last(&pdf::pdf(), b"%%EOF").unwrap();
    let cut = |what: &str, bytes: Vec<u8>| hostile(what, "scan.pdf", bytes, "truncated");
    vec![
        cut("a PDF of its signature alone", until(5)),
        cut("a PDF cut in its version", until(7)),
        cut("a PDF cut behind its header", until(12)),
        cut("a PDF cut after a quarter", until(whole.len() / 4)),
        cut("a PDF cut in the middle", until(whole.len() / 2)),
        cut("a PDF cut in its table", until(find_last(&whole, b"trailer").unwrap() - 30)),
        cut("a PDF cut before its trailer", until(find_last(&whole, b"trailer").unwrap())),
        cut("a PDF cut before its pointer", until(find_last(&whole, b"startxref").unwrap())),
        cut("a PDF cut before its end mark", until(find_last(&whole, b"%%EOF").unwrap())),
        cut("a PDF cut in its end mark", until(find_last(&whole, b"%%EOF").unwrap() + 3)),
        cut("a PDF whose later revision is cut", revised[..first_end + 40].to_vec()),
        cut("a packed PDF cut in the middle", pdf::packed("")[..200].to_vec()),
        cut("a PDF with an end mark and no pointer", replaced(&whole, b"startxref", b"         ")),
    ]
}

fn locked() -> Vec<Hostile> {
    let owner = "28bf4e5e4e758a4164004e56fffa01082e2e00b6d0683e802f0ca9fe6453697a";
    let ids = "/ID [<00112233445566778899aabbccddeeff> <00112233445566778899aabbccddeeff>]";
    // What the standard's algorithm 4 makes of these values and no password: every program opens it.
    let no_password = "3ca8cdc49b067aa29efad8ab91b0c15b7c524d25ce573fd45964b38b5aefbd39";
    let standard = |algorithm: &str, user: &str| {
        let dictionary = format!("<< /Filter /Standard {algorithm} /P -1852 /O <{owner}> /U <{user}> >>");
        pdf::with_trailer(&format!("/Encrypt 6 0 R {ids}"), &[dictionary.into_bytes()])
    };
    let aes = "/V 4 /R 4 /Length 128 /StmF /StdCF /StrF /StdCF \
               /CF << /StdCF << /CFM /AESV2 /AuthEvent /DocOpen /Length 16 >> >>";
    let aes_256 = "/V 5 /R 6 /Length 256 /StmF /StdCF /StrF /StdCF \
                   /CF << /StdCF << /CFM /AESV3 /AuthEvent /DocOpen /Length 32 >> >>";
    let public_key = pdf::with_trailer("/Encrypt 6 0 R", &[b"<< /Filter /Adobe.PubSec /V 4 >>".to_vec()]);
    let inline = format!("/Encrypt<< /Filter /Standard /V 1 /R 2 /P -4 /O <{owner}> /U <{owner}> >> {ids}");
    let in_stream = pdf::packed("/Encrypt << /Filter /Standard /V 2 /R 3 >>");
    let locked = |what: &str, bytes: Vec<u8>| hostile(what, "statement.pdf", bytes, "encrypted_pdf");
    vec![
        locked("a PDF locked with RC4 of 40 bits", standard("/V 1 /R 2 /Length 40", owner)),
        locked("a PDF locked without a password", standard("/V 1 /R 2 /Length 40", no_password)),
        locked("a PDF locked with RC4 of 128 bits", standard("/V 2 /R 3 /Length 128", owner)),
        locked("a PDF locked with AES of 128 bits", standard(aes, owner)),
        locked("a PDF locked with AES of 256 bits", standard(aes_256, owner)),
        locked("a PDF locked for a certificate", public_key),
        locked("a PDF locked in its trailer itself", pdf::with_trailer(&inline, &[])),
        locked("a packed PDF that is locked", in_stream),
    ]
}

fn broken() -> Vec<Hostile> {
    let whole = pdf::pdf();
    let damaged = |what: &str, bytes: Vec<u8>| hostile(what, "scan.pdf", bytes, "damaged");
    let noise_inside = [b"%PDF-1.7\n", [0xAA; 500].as_slice(), b"\nstartxref\n9\n%%EOF\n"].concat();
    let empty_table = b"%PDF-1.4\nxref\n0 0\ntrailer\n<< >>\nstartxref\n9\n%%EOF\n".to_vec();
    let no_pages =
        vec![b"<< /Type /Catalog /Pages 2 0 R >>".to_vec(), b"<< /Type /Pages /Count 0 /Kids [] >>".to_vec()];
    let rootless = replaced(&whole, b"/Catalog", b"/Katalog");
    let lost_content = replaced(&whole, b"/Contents 5 0 R", b"/Contents 9 0 R");
    vec![
        damaged("a PDF with a version that is none", replaced(&whole, b"%PDF-1.7", b"%PDF-x.y")),
        damaged("a PDF whose pointer leads outside", replaced(&whole, b"startxref\n", b"startxref\n99999")),
        damaged("a PDF whose pointer is no number", replaced(&whole, b"startxref\n", b"startxref\nabc")),
        damaged("a PDF whose pointer leads into a page", with_pointer(&whole, 20)),
        damaged("a PDF of noise between its ends", noise_inside),
        damaged("a PDF without objects", empty_table),
        damaged("a PDF without a page tree", replaced(&whole, b"/Pages 2 0 R", b"/Pagez 2 0 R")),
        damaged("a PDF that lost its root", replaced(&rootless, b"/Root 1 0 R", b"/Root 7 0 R")),
        damaged("a PDF whose page lost its content", lost_content),
        hostile("a PDF without a page", "scan.pdf", pdf::with_table(&no_pages, "/Root 1 0 R"), "no_pages"),
    ]
}

/// Structures that send a careless parser round in circles or down without end.
fn bottomless() -> Vec<Hostile> {
    let nested = [b"[".repeat(100_000), b"]".repeat(100_000)].concat();
    let nested_root = vec![[b"<< /Type /Catalog /Pages ", nested.as_slice(), b" >>"].concat()];
    let own_parent = vec![
        b"<< /Type /Catalog /Pages 2 0 R >>".to_vec(),
        b"<< /Type /Pages /Count 1 /Kids [ 2 0 R ] >>".to_vec(),
    ];
    let circle = pdf::with_table(&own_parent, "/Root 1 0 R");
    let in_itself = pdf::with_packed_table(
        &pdf::stream("/Type /ObjStm /N 1 /First 4", b"1 0 << >>"),
        &[[2, 0, 1, 0], [2, 0, 1, 1], [2, 0, 1, 2]],
        "",
    );
    vec![
        hostile(
            "a PDF nested without end",
            "deep.pdf",
            pdf::with_table(&nested_root, "/Root 1 0 R"),
            "damaged",
        ),
        hostile("a PDF whose page tree holds itself", "circle.pdf", circle, "no_pages"),
        hostile("a PDF whose objects lie in themselves", "circle.pdf", in_itself, "damaged"),
    ]
}

/// The PDF with another place in its pointer.
fn with_pointer(bytes: &[u8], at: usize) -> Vec<u8> {
    let pointer_at = find_last(bytes, b"startxref").unwrap();
    [&bytes[..pointer_at], format!("startxref\n{at}\n%%EOF\n").as_bytes()].concat()
}
