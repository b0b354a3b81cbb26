//! All operations, and what is published of them.

use crate::api;
use crate::operation::{Content, Needs, Operation, Takes};
use crate::problem::Problem;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};
use std::sync::OnceLock;

/// All operations, in the order in which they are documented.
pub fn operations() -> impl Iterator<Item = &'static Operation> {
    static ALL: OnceLock<Vec<Operation>> = OnceLock::new();
    ALL.get_or_init(|| {
        [
            api::health::operations(),
            api::session::operations(),
            api::set_up::operations(),
            api::description::operations(),
            api::measurements::operations(),
            api::meters::operations(),
            api::history::operations(),
            api::events::operations(),
            api::settings::operations(),
            api::users::operations(),
            api::dashboards::operations(),
            api::reports::operations(),
            api::front::operations(),
            api::services::operations(),
            api::upkeep::operations(),
            api::twin::operations(),
        ]
        .into_iter()
        .flatten()
        .collect()
    })
    .iter()
}

/// The interface as OpenAPI 3.1.
pub fn openapi() -> Value {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.definitions_path = "/components/schemas".into();
        settings.meta_schema = None;
    });
    let mut generator = settings.into_generator();
    let problem = generator.subschema_for::<Problem>();
    let mut paths: Map<String, Value> = Map::new();
    for operation in operations() {
        let mut entry = Map::new();
        entry.insert("operationId".into(), operation.id.into());
        entry.insert("summary".into(), operation.doc.into());
        entry.insert("tags".into(), json!([tag(operation.path)]));
        entry.insert("x-needs".into(), needs(operation.needs).into());
        let names = operation.path.split('/').filter_map(|part| {
            let name = part.strip_prefix('{')?.strip_suffix('}')?;
            let schema = json!({"type": "string", "minLength": 1});
            Some(json!({"name": name, "in": "path", "required": true, "schema": schema}))
        });
        let query = operation.query.iter().map(|parameter| {
            let schema = match parameter.takes {
                Takes::Text => json!({"type": "string"}),
                Takes::Whole(low, high) => {
                    json!({"type": "integer", "minimum": low, "maximum": high})
                }
                Takes::One(words) => json!({"type": "string", "enum": words}),
            };
            json!({"name": parameter.name, "in": "query", "required": false,
                "description": parameter.doc, "schema": schema})
        });
        let parameters: Vec<Value> = names.chain(query).collect();
        if !parameters.is_empty() {
            entry.insert("parameters".into(), parameters.into());
        }
        let mut content = |content: &Content| match content {
            Content::Json(shape) => {
                Some(json!({"application/json": {"schema": shape(&mut generator)}}))
            }
            Content::Other(media) => Some(
                media.iter().map(|media| ((*media).to_string(), json!({"schema": {}}))).collect(),
            ),
            Content::None => None,
        };
        if let Some(content) = content(&operation.body) {
            entry.insert("requestBody".into(), json!({"required": true, "content": content}));
        }
        let (status, answer) = &operation.answer;
        let mut done = json!({"description": "done"});
        if let Some(content) = content(answer) {
            done["content"] = content;
        }
        let mut responses = Map::new();
        responses.insert(status.to_string(), done);
        responses.insert(
            "default".into(),
            json!({"description": "why not", "content": {crate::problem::PROBLEM_JSON: {"schema": problem}}}),
        );
        entry.insert("responses".into(), responses.into());
        entry.insert("security".into(), security(operation.needs));
        let path = paths.entry(operation.path).or_insert_with(|| json!({}));
        path[operation.method.as_str().to_lowercase()] = entry.into();
    }
    let schemas = generator.take_definitions(true);
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "ems",
            "version": "1",
            "description": "The interface of a three-phase energy meter. Errors are RFC 9457; the slug at the end of \
                `type` is stable. A session needs the header X-CSRF-Token with each change.",
            "license": {"name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "session": {"type": "apiKey", "in": "cookie", "name": crate::http::dispatch::COOKIE_NAME},
                "token": {"type": "http", "scheme": "bearer"},
            },
        },
    })
}

/// The noun of a path.
fn tag(path: &str) -> &str {
    let rest = path.strip_prefix("/api/v1/").unwrap_or(path.trim_start_matches('/'));
    rest.split('/').next().unwrap_or(rest)
}

/// Public, stable name of who may call.
pub fn needs(needs: Needs) -> &'static str {
    match needs {
        Needs::Nobody => "nobody",
        Needs::SetUp => "set-up",
        Needs::Viewer => "viewer",
        Needs::Operator => "operator",
        Needs::Administrator => "administrator",
        Needs::Confirmed => "administrator, password confirmed",
        Needs::Metrics => "metrics",
    }
}

fn security(needs: Needs) -> Value {
    match needs {
        Needs::Nobody | Needs::SetUp => json!([]),
        Needs::Viewer | Needs::Operator | Needs::Metrics => json!([{"session": []}, {"token": []}]),
        // A token is at most an operator.
        Needs::Administrator | Needs::Confirmed => json!([{"session": []}]),
    }
}
