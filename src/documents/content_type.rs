//! The kinds of file that are accepted as documents.

crate::text_enum!(
    /// What a file is, decided by its content.
    ContentType {
        Pdf = "application/pdf",
        Jpeg = "image/jpeg",
        Png = "image/png",
        WebP = "image/webp",
    }
);

impl ContentType {
    /// The endings a name may have for this kind; the first is the one to propose.
    #[must_use]
    pub fn extensions(self) -> &'static [&'static str] {
        match self {
            Self::Pdf => &["pdf"],
            Self::Jpeg => &["jpg", "jpeg", "jpe", "jfif"],
            Self::Png => &["png"],
            Self::WebP => &["webp"],
        }
    }

    #[must_use]
    pub fn is_image(self) -> bool {
        self != Self::Pdf
    }

    /// The kind in words: "a …".
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Pdf => "PDF document",
            Self::Jpeg => "JPEG picture",
            Self::Png => "PNG picture",
            Self::WebP => "WebP picture",
        }
    }
}
