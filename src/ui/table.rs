//! The table of a list: 40 px rows under a head that stays, the first cell a link; on a phone each row
//! becomes a block.

use maud::{Markup, Render, html};

/// Where a column's cells go when a row becomes a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum OnPhone {
    /// With its heading before it.
    Fact,
    /// On the block's first line, beside the title.
    Badge,
    Hidden,
}

/// One column. The first one of a table holds the link and becomes the block's title on a phone.
#[derive(Clone, Debug)]
pub struct Column<'a> {
    heading: &'a str,
    number: bool,
    fits: bool,
    only_wide: bool,
    on_phone: OnPhone,
}

impl<'a> Column<'a> {
    #[must_use]
    pub fn text(heading: &'a str) -> Self {
        Self { heading, number: false, fits: false, only_wide: false, on_phone: OnPhone::Fact }
    }

    /// Right-aligned, with figures of one width.
    #[must_use]
    pub fn number(heading: &'a str) -> Self {
        Self { number: true, ..Self::text(heading) }
    }

    /// A column of badges: as narrow as it can be, beside the title on a phone.
    #[must_use]
    pub fn badge(heading: &'a str) -> Self {
        Self { fits: true, on_phone: OnPhone::Badge, ..Self::text(heading) }
    }

    /// As narrow as its widest cell.
    #[must_use]
    pub fn fits(mut self) -> Self {
        self.fits = true;
        self
    }

    /// Left out on a phone.
    #[must_use]
    pub fn not_on_phone(mut self) -> Self {
        self.on_phone = OnPhone::Hidden;
        self
    }

    /// Shown where there is room for all columns, and nowhere else.
    #[must_use]
    pub fn only_wide(mut self) -> Self {
        self.only_wide = true;
        self.not_on_phone()
    }

    fn class(&self, first: bool) -> String {
        let mut class = String::new();
        if self.number {
            class.push_str("number ");
        }
        if self.fits {
            class.push_str("fits ");
        }
        if self.only_wide {
            class.push_str("only-wide ");
        }
        class.push_str(match self.on_phone {
            _ if first => "as-title",
            OnPhone::Fact => "as-fact",
            OnPhone::Badge => "as-badge",
            OnPhone::Hidden => "not-on-phone",
        });
        class
    }
}

/// What stands in one place of the table.
#[derive(Clone, Debug)]
pub struct Cell {
    content: Markup,
    note: Option<Markup>,
}

impl Cell {
    /// The row's link; its text must tell the rows apart.
    #[must_use]
    pub fn link(url: &str, text: &str) -> Self {
        Self::of(html! { a href=(url) data-open="" { bdi { (text) } } })
    }

    #[must_use]
    pub fn text(text: &str) -> Self {
        Self::of(html! { bdi { (text) } })
    }

    /// Any markup: a badge, a time, a copy button.
    #[must_use]
    pub fn of(content: Markup) -> Self {
        Self { content, note: None }
    }

    /// There is no value.
    #[must_use]
    pub fn none() -> Self {
        Self::of(html! { span .muted { "–" } })
    }

    /// A second, quieter line.
    #[must_use]
    pub fn note(mut self, text: &str) -> Self {
        self.note = Some(html! { bdi { (text) } });
        self
    }
}

/// One row; `key` is its id, unique on the page.
#[derive(Clone, Debug)]
pub struct Row {
    key: String,
    label: String,
    cells: Vec<Cell>,
    quiet: bool,
}

impl Row {
    #[must_use]
    pub fn new(key: impl Into<String>) -> Self {
        Self { key: key.into(), label: String::new(), cells: Vec::new(), quiet: false }
    }

    #[must_use]
    pub fn cell(mut self, cell: Cell) -> Self {
        self.cells.push(cell);
        self
    }

    /// What the row's checkbox is called ("Ada Lovelace"); needed in a selectable table.
    #[must_use]
    pub fn label(mut self, label: &str) -> Self {
        label.clone_into(&mut self.label);
        self
    }

    /// Drawn back: done, revoked, read.
    #[must_use]
    pub fn quiet(mut self, quiet: bool) -> Self {
        self.quiet = quiet;
        self
    }
}

/// A table: columns first, then rows with as many cells.
#[derive(Clone, Debug)]
pub struct Table<'a> {
    caption: &'a str,
    columns: Vec<Column<'a>>,
    rows: Vec<Row>,
    selectable: Option<&'a str>,
}

impl<'a> Table<'a> {
    /// `caption` is read out, not shown: "Verification cases".
    #[must_use]
    pub fn new(caption: &'a str) -> Self {
        Self { caption, columns: Vec::new(), rows: Vec::new(), selectable: None }
    }

    #[must_use]
    pub fn column(mut self, column: Column<'a>) -> Self {
        self.columns.push(column);
        self
    }

    #[must_use]
    pub fn row(mut self, row: Row) -> Self {
        self.rows.push(row);
        self
    }

    #[must_use]
    pub fn rows(mut self, rows: impl IntoIterator<Item = Row>) -> Self {
        self.rows.extend(rows);
        self
    }

    /// Each row gets a checkbox named `ids` that belongs to the form with the id `form`.
    #[must_use]
    pub fn selectable(mut self, form: &'a str) -> Self {
        self.selectable = Some(form);
        self
    }

    fn row_markup(&self, row: &Row) -> Markup {
        html! {
            tr id={ "row-" (row.key) } .quiet[row.quiet] {
                @if let Some(form) = self.selectable {
                    td .as-check {
                        input type="checkbox" name="ids" value=(row.key) form=(form) id={ "pick-" (row.key) }
                            aria-label={ "Select " (row.label) };
                    }
                }
                @for (index, (column, cell)) in self.columns.iter().zip(&row.cells).enumerate() {
                    td class=(column.class(index == 0)) data-label=(column.heading) {
                        div .line { (cell.content) }
                        @if let Some(note) = &cell.note { div .note { (note) } }
                    }
                }
            }
        }
    }
}

impl Render for Table<'_> {
    fn render(&self) -> Markup {
        html! {
            table .table.selectable[self.selectable.is_some()] data-list="" {
                caption .visually-hidden { (self.caption) }
                thead {
                    tr {
                        @if self.selectable.is_some() {
                            th .as-check scope="col" {
                                input type="checkbox" data-script="" data-pick-all="" id="pick-all"
                                    aria-label="Select all rows on this page";
                            }
                        }
                        @for (index, column) in self.columns.iter().enumerate() {
                            th class=(column.class(index == 0)) scope="col" { (column.heading) }
                        }
                    }
                }
                tbody { @for row in &self.rows { (self.row_markup(row)) } }
            }
        }
    }
}

/// The bar that acts on selected rows: it is the form that [`Table::selectable`] names, and shows once a row
/// is picked. `acts` are buttons with a `value` each.
#[must_use]
#[expect(clippy::needless_pass_by_value, reason = "markup is made at the call and used once")]
pub fn bulk_bar(id: &str, action: &str, csrf: &str, acts: Markup) -> Markup {
    html! {
        form .bulk-bar id=(id) method="post" action=(action) {
            (super::form::csrf_field(csrf))
            p .picked data-picked="" role="status" { "Act on the selected rows" }
            (acts)
        }
    }
}
