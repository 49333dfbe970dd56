//! Tells cargo what the program embeds.

fn main() {
    println!("cargo::rerun-if-changed=migrations");
}
