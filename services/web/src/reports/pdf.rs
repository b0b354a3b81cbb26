//! A report as a PDF.

use super::page::{Bars, Cell, Page, Section};
use paper::{
    ACCENT, About, Align, Anchor, Axes, Drawing, Figure, Flow, Fonts, GREY, LEFT, Role, Row, SMALL,
    Scale, Table, Type, WIDTH, column, number, text,
};

/// Height of a picture, and of the space for its numbers below.
const FIGURE_HEIGHT: f32 = 150.0;
const BELOW: f32 = 14.0;

/// Space for the numbers at the left of a picture.
const NUMBERS: f32 = 34.0;

/// Labels below a picture at most.
const LABELS_MAX: usize = 12;

/// The document.
pub fn print(page: &Page) -> Result<Vec<u8>, String> {
    let fonts = Fonts::new().ok_or("a font of the program cannot be read")?;
    let mut flow = Flow::new(&fonts);
    head(&mut flow, page);
    for section in &page.sections {
        put(&mut flow, section);
    }
    flow.end(&page.frame.2);
    let head = format!("{}  {}", page.title, page.period);
    let (page_word, of_word, _) = &page.frame;
    let number = |page: usize, pages: usize| format!("{page_word} {page} {of_word} {pages}");
    let clean = |text: &str| fonts.clean(text);
    let (pages, places) =
        flow.finish((&clean(&head), &clean(&page.notice)), &clean(&page.author), number);
    let about = About {
        title: head,
        description: page.title.clone(),
        author: page.author.clone(),
        id: format!("{} {}", page.title, page.created),
        language: page.language.into(),
        created: page.created.clone(),
    };
    paper::pdf(&pages, &places, &about, &fonts).map_err(|error| error.to_string())
}

fn head(flow: &mut Flow<'_>, page: &Page) {
    let base = flow.y + 20.0;
    flow.page().role(Role::Heading(1, page.title.clone()));
    let title = flow.fonts.clean(&page.title);
    flow.page().text(LEFT, base, title, Type::new(20.0).bold().colored(ACCENT), Anchor::Start);
    let period = flow.fonts.clean(&page.period);
    flow.page().role(Role::Paragraph);
    flow.page().text(LEFT, base + 18.0, period, Type::new(11.0).colored(GREY), Anchor::Start);
    flow.y = base + 30.0;
    if !page.notice.is_empty() {
        flow.remark(&page.notice);
    }
    flow.pairs(page.facts.iter().map(|(name, value)| (name.as_str(), value.clone())));
}

fn put(flow: &mut Flow<'_>, section: &Section) {
    let following = if section.bars.is_some() { FIGURE_HEIGHT } else { 60.0 };
    flow.chapter(&section.heading, following);
    for remark in &section.remarks {
        flow.paragraph(remark);
    }
    flow.pairs(section.facts.iter().map(|(name, value)| (name.as_str(), value.clone())));
    if let Some(bars) = &section.bars {
        let figure = drawn(bars, &section.heading);
        flow.figure(&figure, &bars.description);
        flow.space(6.0);
    }
    let Some(table) = &section.table else { return };
    let columns = table
        .columns
        .iter()
        .map(|(head, is_number)| column(head, if *is_number { Align::Point } else { Align::Left }));
    let cells = |row: &Vec<Cell>| -> Vec<paper::Cell> {
        row.iter()
            .map(|cell| match cell {
                Cell::Text(words) => text(words),
                Cell::Number(..) => number(cell.text()),
                Cell::Missing => text("–"),
            })
            .collect()
    };
    let rows = table.rows.iter().map(|row| Row::Cells(cells(row)));
    // The line that sums up is bold, as failed ones are in certificates.
    let total = table.total.iter().map(|row| Row::Failed(cells(row)));
    flow.table(&Table::new(columns.collect(), rows.chain(total).collect()));
}

/// Bars above and below a line.
fn drawn(bars: &Bars, title: &str) -> Figure {
    let mut drawing = Drawing::new(WIDTH, FIGURE_HEIGHT);
    let high = bars.bars.iter().fold(0.0f64, |high, (_, up, _)| high.max(*up));
    let low = bars.bars.iter().fold(0.0f64, |low, (_, _, down)| low.max(*down));
    let axes = Axes {
        x: NUMBERS,
        y: 12.0,
        width: WIDTH - NUMBERS,
        height: FIGURE_HEIGHT - 12.0 - BELOW,
        across: Scale::between(0.0, bars.bars.len().max(1) as f64),
        up: Scale::between(-low * 1.05, if high > 0.0 || low > 0.0 { high * 1.05 } else { 1.0 }),
    };
    axes.draw_grid(&mut drawing, 5);
    let labelled = bars.bars.len().div_ceil(LABELS_MAX).max(1);
    for (place, (label, up, down)) in bars.bars.iter().enumerate() {
        let (left, right) =
            (axes.across_at(place as f64 + 0.15), axes.across_at(place as f64 + 0.85));
        let zero = axes.up_at(0.0);
        let top = axes.up_at(*up);
        if *up > 0.0 {
            drawing.rect((left, top), (right - left, zero - top), ACCENT);
        }
        let bottom = axes.up_at(-down);
        if *down > 0.0 {
            // Told apart by where it is and by its outline, and not by its colour.
            drawing.rect((left, zero), (right - left, bottom - zero), paper::SHADE);
            drawing.frame((left, zero), (right - left, bottom - zero), 0.5, GREY);
        }
        if place % labelled == 0 {
            let middle = (left + right) / 2.0;
            drawing.text(middle, FIGURE_HEIGHT - 4.0, label.clone(), SMALL, Anchor::Middle);
        }
    }
    axes.draw_frame(&mut drawing);
    axes.draw_numbers_at_left(&mut drawing, 5);
    let names = format!("{}: {} / {}", bars.unit, bars.names.0, bars.names.1);
    drawing.text(NUMBERS, 7.0, names, SMALL, Anchor::Start);
    Figure {
        file: "bars.svg".into(),
        title: title.into(),
        description: bars.description.clone(),
        drawing,
        shows_title: false,
    }
}
