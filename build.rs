//! Prepares what the binary carries: style sheets, scripts, images and icons, hashed and compressed.
//!
//! Own files come from `static/`, third-party ones from npm (`package-lock.json` holds their hashes). The
//! result is `$OUT_DIR/assets.rs`, which `src/assets.rs` includes.

use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use sha2::{Digest, Sha256};

/// Where the style sheets of the pieces stand in the cascade: after what they lean on, before what prints them.
const STYLES: Order = Order { first: &["tokens.css", "base.css", "frame.css"], last: &["print.css"] };
/// The script that the others lean on comes first.
const SCRIPTS: Order = Order { first: &["core.js"], last: &[] };
/// Where `npm ci` leaves the hash of the lock file it was run for.
const STAMP: &str = "node_modules/.frontdesk-lock";

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> ExitCode {
    for path in
        ["build.rs", "package-lock.json", "static", "migrations", "templates", "node_modules/.frontdesk-lock"]
    {
        println!("cargo::rerun-if-changed={path}");
    }
    match prepare() {
        Ok(()) => ExitCode::SUCCESS,
        Err(cause) => {
            println!("cargo::error={cause}");
            ExitCode::FAILURE
        }
    }
}

fn prepare() -> Outcome<()> {
    let root = folder("CARGO_MANIFEST_DIR")?;
    let out = folder("OUT_DIR")?;
    install_packages(&root)?;

    let mut code = String::new();
    writeln!(code, "static FILES: &[File] = &[")?;
    for asset in collect(&root)? {
        write_asset(&mut code, &out, &asset)?;
    }
    writeln!(code, "];")?;
    write_icons(&mut code, &root)?;
    fs::write(out.join("assets.rs"), code)?;
    Ok(())
}

/// A folder that cargo names at each run: a script that was compiled elsewhere works here too.
#[expect(clippy::disallowed_methods, reason = "cargo tells a build script its folders this way")]
fn folder(name: &str) -> Outcome<PathBuf> {
    Ok(PathBuf::from(std::env::var(name)?))
}

/// Runs `npm ci` when the packages are missing or belong to another lock file.
fn install_packages(root: &Path) -> Outcome<()> {
    let lock = digest(&fs::read(root.join("package-lock.json"))?);
    let stamp = root.join(STAMP);
    if fs::read_to_string(&stamp).is_ok_and(|known| known == lock) {
        return Ok(());
    }
    let run = Command::new("npm")
        .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
        .current_dir(root)
        .output();
    let run = run.map_err(|cause| {
        format!("npm is needed to fetch the front-end packages: install Node.js with npm, then build again ({cause})")
    })?;
    if !run.status.success() {
        let report = String::from_utf8_lossy(&run.stderr);
        let line =
            report.lines().find(|line| line.contains("error")).unwrap_or("no message").trim().to_owned();
        return Err(format!("`npm ci --ignore-scripts` failed, run it by hand to see why ({line})").into());
    }
    fs::write(stamp, lock)?;
    Ok(())
}

struct Asset {
    /// What the code calls it: `app.css`.
    name: String,
    content: Vec<u8>,
}

fn collect(root: &Path) -> Outcome<Vec<Asset>> {
    let mut assets = vec![
        Asset { name: "app.css".into(), content: concatenated(&root.join("static/css"), &STYLES)? },
        Asset { name: "app.js".into(), content: concatenated(&root.join("static/js"), &SCRIPTS)? },
        Asset {
            name: "htmx.js".into(),
            content: fs::read(root.join("node_modules/htmx.org/dist/htmx.min.js"))?,
        },
    ];
    for path in listed(&root.join("static/images"))? {
        assets.push(Asset { name: file_name(&path), content: fs::read(&path)? });
    }
    Ok(assets)
}

/// The order of a folder's files: `first`, the rest by name, `last`.
struct Order {
    first: &'static [&'static str],
    last: &'static [&'static str],
}

/// One file out of a folder's files.
fn concatenated(folder: &Path, order: &Order) -> Outcome<Vec<u8>> {
    let named = |names: &[&str]| -> Vec<PathBuf> { names.iter().map(|name| folder.join(name)).collect() };
    let (mut paths, last) = (named(order.first), named(order.last));
    for path in listed(folder)? {
        if !paths.contains(&path) && !last.contains(&path) {
            paths.push(path);
        }
    }
    paths.extend(last);
    let mut content = Vec::new();
    for path in paths {
        content.extend(fs::read(&path).map_err(|cause| format!("{}: {cause}", path.display()))?);
        content.push(b'\n');
    }
    Ok(content)
}

/// A folder's files in the order of their names.
fn listed(folder: &Path) -> Outcome<Vec<PathBuf>> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_file() {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}

fn write_asset(code: &mut String, out: &Path, asset: &Asset) -> Outcome<()> {
    let hash: String = digest(&asset.content).chars().take(12).collect();
    let (stem, extension) = asset.name.rsplit_once('.').ok_or("an asset needs a file extension")?;
    let file = format!("{stem}-{hash}.{extension}");
    let brotli = out.join(format!("{file}.br"));
    // The name carries the content's hash, so what lies there from an earlier build is still right.
    if !brotli.exists() {
        fs::write(out.join(&file), &asset.content)?;
        fs::write(out.join(format!("{file}.gz")), gzipped(&asset.content)?)?;
        fs::write(brotli, brotlied(&asset.content)?)?;
    }
    writeln!(
        code,
        "File {{ name: {name:?}, served: {file:?}, url: \"/assets/{file}\", content_type: {kind:?}, \
         plain: include_bytes!({file:?}), gzip: include_bytes!(\"{file}.gz\"), \
         brotli: include_bytes!(\"{file}.br\") }},",
        name = asset.name,
        kind = content_type(extension)?,
    )?;
    Ok(())
}

fn content_type(extension: &str) -> Outcome<&'static str> {
    match extension {
        "css" => Ok("text/css; charset=utf-8"),
        "js" => Ok("text/javascript; charset=utf-8"),
        "svg" => Ok("image/svg+xml"),
        "png" => Ok("image/png"),
        "ico" => Ok("image/x-icon"),
        other => Err(format!("no content type is known for .{other} files in static/images").into()),
    }
}

fn gzipped(content: &[u8]) -> Outcome<Vec<u8>> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(content)?;
    Ok(encoder.finish()?)
}

fn brotlied(content: &[u8]) -> Outcome<Vec<u8>> {
    let mut compressed = Vec::new();
    let parameters = brotli::enc::BrotliEncoderParams { quality: 11, ..Default::default() };
    brotli::BrotliCompress(&mut &*content, &mut compressed, &parameters)?;
    Ok(compressed)
}

/// The icons named in `static/icons.txt` as an enum, so that a missing one is a compile error.
fn write_icons(code: &mut String, root: &Path) -> Outcome<()> {
    let list = fs::read_to_string(root.join("static/icons.txt"))?;
    let names: Vec<&str> = list.lines().map(str::trim).filter(|name| !name.is_empty()).collect();
    writeln!(code, "/// The icons that pages may use; `static/icons.txt` lists them.")?;
    writeln!(code, "#[derive(Clone, Copy, Debug, PartialEq, Eq)]\npub enum Icon {{")?;
    for name in &names {
        writeln!(code, "    /// `{name}`\n    {},", pascal_case(name))?;
    }
    writeln!(code, "}}\nimpl Icon {{\n    /// Every icon, in the order of the list.")?;
    let all: Vec<String> = names.iter().map(|name| format!("Self::{}", pascal_case(name))).collect();
    writeln!(code, "    pub const ALL: &'static [Self] = &[{}];\n", all.join(", "))?;
    writeln!(code, "    /// The shapes inside the `svg` element, drawn on a 24 by 24 grid.")?;
    writeln!(
        code,
        "    #[must_use]\n    #[expect(clippy::too_many_lines, reason = \"one line for each icon\")]\n    pub fn shapes(self) -> &'static str {{\n        match self {{"
    )?;
    for name in &names {
        let path = root.join(format!("node_modules/lucide-static/icons/{name}.svg"));
        let svg = fs::read_to_string(&path).map_err(|cause| format!("icon {name}: {cause}"))?;
        writeln!(
            code,
            "            Self::{} => {:?},",
            pascal_case(name),
            shapes(&svg).ok_or("an icon without shapes")?
        )?;
    }
    writeln!(code, "        }}\n    }}\n}}")?;
    Ok(())
}

/// What stands between `<svg …>` and `</svg>`, without the line breaks.
fn shapes(svg: &str) -> Option<String> {
    let (_, element) = svg.split_once("<svg")?;
    let (_, inner) = element.split_once('>')?;
    let (inner, _) = inner.split_once("</svg>")?;
    Some(inner.lines().map(str::trim).collect())
}

fn pascal_case(name: &str) -> String {
    name.split('-')
        .map(|word| {
            let (first, rest) = word.split_at(1.min(word.len()));
            first.to_uppercase() + rest
        })
        .collect()
}

fn digest(content: &[u8]) -> String {
    hex::encode(Sha256::digest(content))
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}
