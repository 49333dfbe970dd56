//! A picture that is drawn by hand: rectangles, discs, waves and text.
//!
//! What lies outside is cut off. Pixels are filled in whole rows, since the demo must be drawn in moments
//! even by a program that was built without optimisation.

use image::RgbImage;
use noto_sans_mono_bitmap::{FontWeight, RasterHeight, get_raster, get_raster_width};

/// Red, green, blue.
pub type Colour = [u8; 3];

const CHANNELS: usize = 3;
/// The length of the pieces that waves are made of.
const STEP: usize = 8;
/// How far apart waves are.
const GAP: usize = 36;

/// A rectangle: its left upper corner and its size.
#[derive(Clone, Copy, Debug)]
pub struct Area {
    pub x: usize,
    pub y: usize,
    pub width: usize,
    pub height: usize,
}

/// How text looks.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    weight: FontWeight,
    height: RasterHeight,
    colour: Colour,
    /// How many pixels stand for one of the font's.
    scale: usize,
    /// From 0 (not there) to 255 (opaque).
    opacity: u16,
    /// How far apart letters stand; the font's own width when absent.
    pitch: Option<usize>,
}

impl Style {
    /// Small print: labels.
    #[must_use]
    pub fn small(colour: Colour) -> Self {
        let (weight, height) = (FontWeight::Regular, RasterHeight::Size16);
        Self { weight, height, colour, scale: 1, opacity: 255, pitch: None }
    }

    /// What is to be read.
    #[must_use]
    pub fn bold(colour: Colour) -> Self {
        Self { weight: FontWeight::Bold, height: RasterHeight::Size24, ..Self::small(colour) }
    }

    #[must_use]
    pub fn scaled(self, scale: usize) -> Self {
        Self { scale, ..self }
    }

    #[must_use]
    pub fn faint(self, opacity: u16) -> Self {
        Self { opacity, ..self }
    }

    #[must_use]
    pub fn spaced(self, pitch: usize) -> Self {
        Self { pitch: Some(pitch), ..self }
    }

    fn advance(&self) -> usize {
        self.pitch.unwrap_or(get_raster_width(self.weight, self.height) * self.scale)
    }
}

/// The picture.
#[derive(Debug)]
pub struct Canvas {
    width: usize,
    height: usize,
    pixels: Vec<u8>,
}

impl Canvas {
    #[must_use]
    pub fn new(width: usize, height: usize, colour: Colour) -> Self {
        Self { width, height, pixels: colour.repeat(width * height) }
    }

    /// The bytes of a row from `x`, at most `width` pixels of it.
    fn row(&mut self, x: usize, y: usize, width: usize) -> Option<&mut [u8]> {
        let end = (x + width).min(self.width);
        if y >= self.height || x >= end {
            return None;
        }
        let start = y * self.width;
        self.pixels.get_mut((start + x) * CHANNELS..(start + end) * CHANNELS)
    }

    fn blend(&mut self, x: usize, y: usize, colour: Colour, opacity: u16) {
        let Some(pixel) = self.row(x, y, 1) else { return };
        for (channel, wanted) in pixel.iter_mut().zip(colour) {
            let mixed = (u16::from(wanted) * opacity + u16::from(*channel) * (255 - opacity)) / 255;
            *channel = u8::try_from(mixed).unwrap_or(u8::MAX);
        }
    }

    pub fn fill(&mut self, area: Area, colour: Colour) {
        let line = colour.repeat(area.width);
        for y in area.y..area.y + area.height {
            if let Some(row) = self.row(area.x, y, area.width) {
                let length = row.len();
                row.copy_from_slice(line.get(..length).unwrap_or_default());
            }
        }
    }

    /// An ellipse that fills `area`, cut at the bottom of `within`.
    pub fn ellipse(&mut self, area: Area, within: Area, colour: Colour) {
        let bottom = (area.y + area.height).min(within.y + within.height);
        let height = area.height.max(1);
        for y in area.y..bottom {
            // The width of the ellipse at this height, from the equation of the circle in whole numbers.
            let from_middle = (2 * (y - area.y) + 1).abs_diff(height);
            let half = (height * height).saturating_sub(from_middle * from_middle).isqrt();
            let width = area.width * half / height;
            let x = area.x + (area.width - width) / 2;
            self.fill(Area { x, y, width, height: 1 }, colour);
        }
    }

    /// Fine lines that wind across `area`, as printed on what is not to be copied.
    pub fn waves(&mut self, area: Area, colour: Colour, seed: usize) {
        for line in 0..area.height / GAP {
            for step in 0..area.width / STEP {
                let rise = triangle(step + seed + 3 * line, 24) + triangle(step + 2 * line, 13);
                let y = area.y + GAP * line + rise / 2;
                if y < area.y + area.height {
                    self.fill(Area { x: area.x + STEP * step, y, width: STEP, height: 1 }, colour);
                }
            }
        }
    }

    /// Writes a line of text whose left upper corner is at `x`, `y`; what has no letter shape is left out.
    pub fn text(&mut self, x: usize, y: usize, text: &str, style: Style) {
        for (place, letter) in text.chars().enumerate() {
            self.letter(x + place * style.advance(), y, letter, style);
        }
    }

    /// The same, falling by `drop` pixels from letter to letter.
    pub fn slanted_text(&mut self, x: usize, y: usize, drop: usize, text: &str, style: Style) {
        for (place, letter) in text.chars().enumerate() {
            self.letter(x + place * style.advance(), y + place * drop, letter, style);
        }
    }

    fn letter(&mut self, x: usize, y: usize, letter: char, style: Style) {
        let Some(raster) = get_raster(letter, style.weight, style.height) else { return };
        for (row, line) in raster.rows().enumerate() {
            for (column, shade) in line.iter().enumerate().filter(|(_, shade)| **shade > 0) {
                let opacity = u16::from(*shade) * style.opacity / 255;
                for (dx, dy) in (0..style.scale * style.scale).map(|i| (i % style.scale, i / style.scale)) {
                    let (x, y) = (x + column * style.scale + dx, y + row * style.scale + dy);
                    self.blend(x, y, style.colour, opacity);
                }
            }
        }
    }

    /// The lower `part` in percent is gone, as when a page did not lie whole on the scanner.
    pub fn cut_off(&mut self, part: usize) {
        self.height -= self.height * part / 100;
        self.pixels.truncate(self.width * self.height * CHANNELS);
    }

    /// All of it at a fraction of its light, as taken in a dark room.
    pub fn darken(&mut self, percent: usize) {
        let dark: Vec<u8> =
            (0..=255_usize).map(|light| u8::try_from(light * percent / 100).unwrap_or(u8::MAX)).collect();
        for channel in &mut self.pixels {
            *channel = dark.get(usize::from(*channel)).copied().unwrap_or_default();
        }
    }

    /// The finished picture; `None` only if its size and its pixels do not agree.
    #[must_use]
    pub fn finish(self) -> Option<RgbImage> {
        RgbImage::from_raw(u32::try_from(self.width).ok()?, u32::try_from(self.height).ok()?, self.pixels)
    }
}

/// A line that rises and falls between 0 and `half`.
fn triangle(step: usize, half: usize) -> usize {
    (step % (2 * half)).abs_diff(half)
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHITE: Colour = [255; 3];
    const BLACK: Colour = [0; 3];

    fn dark_pixels(canvas: Canvas) -> usize {
        canvas.finish().unwrap().pixels().filter(|pixel| pixel.0 != WHITE).count()
    }

    #[test]
    fn what_lies_outside_is_cut_off() {
        let mut canvas = Canvas::new(10, 10, WHITE);
        canvas.fill(Area { x: 8, y: 8, width: 100, height: 100 }, BLACK);
        canvas.text(9, 9, "cut", Style::bold(BLACK));
        canvas.fill(Area { x: 50, y: 50, width: 3, height: 3 }, BLACK);
        assert_eq!(dark_pixels(canvas), 4);
    }

    #[test]
    fn a_disc_has_the_area_of_a_disc() {
        let area = Area { x: 0, y: 0, width: 200, height: 200 };
        let mut canvas = Canvas::new(200, 200, WHITE);
        canvas.ellipse(area, area, BLACK);
        let expected = 31_416_usize;
        assert!(dark_pixels(canvas).abs_diff(expected) < expected / 50);
    }

    #[test]
    fn text_leaves_ink_and_scaled_text_leaves_more() {
        let drawn = |scale| {
            let mut canvas = Canvas::new(200, 100, WHITE);
            canvas.text(0, 0, "Ada", Style::bold(BLACK).scaled(scale));
            dark_pixels(canvas)
        };
        assert!(drawn(1) > 100);
        assert_eq!(drawn(2), 4 * drawn(1));
    }

    #[test]
    fn a_cut_picture_is_whole_again_only_shorter() {
        let mut canvas = Canvas::new(40, 100, WHITE);
        canvas.cut_off(30);
        canvas.darken(50);
        let picture = canvas.finish().unwrap();
        assert_eq!((picture.width(), picture.height()), (40, 70));
        assert!(picture.pixels().all(|pixel| pixel.0 == [127; 3]));
    }
}
