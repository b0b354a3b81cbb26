//! `ems lcd` and `ems button`: the display as text, PNG or JSON, of a running meter or of a scenario.

use crate::cli::{ButtonArgs, LcdArgs, PictureArgs};
use crate::failure::Failure;
use crate::{device, scenario};
use catalog::SettingId;
use display::{Display, NetworkFacts};
use image::Image;
use panel::{Ask, ControlError, Picture};
use port::AsFast;
use serde::Serialize;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

#[derive(Serialize)]
struct Document<'a> {
    schema: u32,
    #[serde(flatten)]
    picture: &'a Picture,
}

#[derive(Serialize)]
struct Names {
    schema: u32,
    pages: Vec<String>,
}

/// Shows a page.
pub fn lcd(arguments: &LcdArgs) -> Result<(), Failure> {
    let picture = match &arguments.connect {
        Some(socket) => asked(socket, &Ask::Lcd { page: arguments.page.clone() })?,
        None => {
            let image = after(arguments)?;
            if arguments.list {
                return list(&image, arguments.form.json);
            }
            drawn(arguments.page.as_deref(), &image)?
        }
    };
    give(&picture, &arguments.form)
}

/// Presses a button.
pub fn button(arguments: &ButtonArgs) -> Result<(), Failure> {
    let ask = Ask::Button { key: arguments.key.clone(), long: arguments.long };
    give(&asked(&arguments.connect, &ask)?, &arguments.form)
}

/// The image of a scenario after some time, in the language that is asked for.
fn after(arguments: &LcdArgs) -> Result<Image, Failure> {
    let mut scenario = scenario::named(&arguments.scenario)?.parse()?;
    scenario.duration_s = Some(arguments.after);
    let mut last = None;
    let trial = lab::try_out(&scenario, "", &device::facts(), Box::new(AsFast), |effects| {
        last = effects.image.as_ref().map(Arc::clone).or(last.take());
        true
    });
    trial.map_err(|error| Failure::File(format!("{}: {error}", arguments.scenario)))?;
    let last = last.ok_or_else(|| {
        Failure::Usage("nothing is measured before the first window; give a longer --after".into())
    })?;
    let mut image = Image::clone(&last);
    if let Some(language) = arguments.language {
        let accepted = image.settings.set(SettingId::DisplayLanguage, language);
        debug_assert!(accepted, "the command line has only values of the setting");
    }
    Ok(image)
}

fn drawn(page: Option<&str>, image: &Image) -> Result<Picture, Failure> {
    let display = Display::new(image, NetworkFacts::default());
    let home = display.view().slug();
    let page = page.unwrap_or(&home);
    let frame = display.glance(page, image).ok_or_else(|| {
        Failure::Usage(format!("there is no page {page}; `ems lcd --list` lists them"))
    })?;
    Ok(Picture::new(page.into(), true, &frame))
}

fn list(image: &Image, json: bool) -> Result<(), Failure> {
    let pages: Vec<String> = display::views(image).iter().map(|view| view.slug()).collect();
    let mut out = std::io::stdout().lock();
    if json {
        return print_json(&Names { schema: 1, pages });
    }
    for page in pages {
        writeln!(out, "{page}")?;
    }
    Ok(())
}

fn asked(socket: &Path, ask: &Ask) -> Result<Picture, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::Internal(error.to_string()))?;
    runtime.block_on(panel::ask(socket, ask)).map_err(|error| match error {
        ControlError::TimeOut => Failure::TimeOut(error.to_string()),
        ControlError::Refused(_) => Failure::Usage(error.to_string()),
        ControlError::InUse(_)
        | ControlError::Bind { .. }
        | ControlError::Connect { .. }
        | ControlError::Broken(_)
        | ControlError::NoPicture(_) => Failure::Environment(error.to_string()),
    })
}

fn give(picture: &Picture, form: &PictureArgs) -> Result<(), Failure> {
    let frame = picture
        .frame()
        .ok_or_else(|| Failure::Environment("the meter answered what is no picture".into()))?;
    if let Some(path) = &form.png {
        std::fs::write(path, panel::png(&frame, picture.lit)).map_err(|error| {
            Failure::Environment(format!("cannot write {}: {error}", path.display()))
        })?;
    }
    if form.json {
        return print_json(&Document { schema: 1, picture });
    }
    if form.png.is_none() {
        write!(std::io::stdout().lock(), "{}", frame.to_text())?;
    }
    Ok(())
}

fn print_json(document: &impl Serialize) -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(document)
        .map_err(|error| Failure::Internal(error.to_string()))?;
    writeln!(std::io::stdout().lock(), "{text}")?;
    Ok(())
}
