//! The API's description as one readable page: plain HTML, no script, nothing from elsewhere.

use serde_json::{Map, Value};
use utoipa::openapi::OpenApi;

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1c1c1e;\
background:#fff}code{font:14px/1.5 ui-monospace,monospace}h2{margin-top:3rem}section{border-top:1px solid #ddd;\
padding:.5rem 0}table{border-collapse:collapse;margin:.5rem 0}td,th{text-align:left;vertical-align:top;\
padding:.15rem 1rem .15rem 0}.m{display:inline-block;min-width:4.5rem;font-weight:600}\
@media(prefers-color-scheme:dark){body{color:#eee;background:#1c1c1e}a{color:#8ab4f8}section{border-color:#444}}";

/// The page.
#[must_use]
pub fn page(document: &OpenApi) -> String {
    let document = serde_json::to_value(document).unwrap_or_default();
    let mut html = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Xunge API</title>\
         <meta name=\"viewport\" content=\"width=device-width\"><style>{STYLE}</style>\
         <h1>Xunge API</h1><p>{}</p><p>Machines read <a href=\"/v1/openapi.json\">openapi.json</a>. Requests of the office \
         that change something carry the header <code>x-xunge: office</code>.</p><h2>Operations</h2>",
        escape(text(&document["info"]["description"])),
    );
    for (path, methods) in object(&document["paths"]) {
        for (method, operation) in object(methods).iter().filter(|(method, _)| *method != "parameters") {
            write_operation(&mut html, method, path, operation);
        }
    }
    html.push_str("<h2>Types</h2>");
    for (name, schema) in object(&document["components"]["schemas"]) {
        write_schema(&mut html, name, schema);
    }
    html.push_str("</html>\n");
    html
}

fn write_operation(html: &mut String, method: &str, path: &str, operation: &Value) {
    let summary = text(&operation["summary"]);
    put(
        html,
        format_args!(
            "<section><code><span class=m>{}</span>{}</code>",
            method.to_uppercase(),
            escape(path)
        ),
    );
    put(
        html,
        format_args!("<p>{} {}</p>", escape(summary), escape(text(&operation["description"]))),
    );
    if let Some(parameters) = operation["parameters"].as_array() {
        html.push_str("<table>");
        for parameter in parameters {
            put(
                html,
                format_args!(
                    "<tr><td><code>{}</code></td><td>{}</td><td><code>{}</code></td><td>{}</td></tr>",
                    escape(text(&parameter["name"])),
                    escape(text(&parameter["in"])),
                    kind(&parameter["schema"]),
                    escape(text(&parameter["description"])),
                ),
            );
        }
        html.push_str("</table>");
    }
    for (media, content) in object(&operation["requestBody"]["content"]) {
        put(
            html,
            format_args!(
                "<p>Takes <code>{}</code> {}</p>",
                escape(media),
                kind(&content["schema"])
            ),
        );
    }
    for (status, response) in object(&operation["responses"]) {
        let body = object(&response["content"])
            .values()
            .next()
            .map_or_else(String::new, |media| kind(&media["schema"]));
        put(
            html,
            format_args!(
                "<p>{}: {} {body}</p>",
                escape(status),
                escape(text(&response["description"]))
            ),
        );
    }
    html.push_str("</section>");
}

fn write_schema(html: &mut String, name: &str, schema: &Value) {
    put(
        html,
        format_args!(
            "<section id=\"{0}\"><b>{0}</b> {1}",
            escape(name),
            escape(text(&schema["description"]))
        ),
    );
    let parts = schema["allOf"]
        .as_array()
        .into_iter()
        .flatten()
        .chain(std::iter::once(schema));
    html.push_str("<table>");
    for part in parts {
        for (field, inner) in object(&part["properties"]) {
            put(
                html,
                format_args!(
                    "<tr><td><code>{}</code></td><td>{}</td><td>{}</td></tr>",
                    escape(field),
                    kind(inner),
                    escape(text(&inner["description"])),
                ),
            );
        }
    }
    html.push_str("</table>");
    if schema["properties"].is_null() {
        put(html, format_args!("<p>{}</p>", kind(schema)));
    }
    html.push_str("</section>");
}

/// A type in a few words, with a link where it has a name.
fn kind(schema: &Value) -> String {
    if let Some(name) = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next()) {
        return format!("<a href=\"#{0}\">{0}</a>", escape(name));
    }
    if let Some(values) = schema["enum"].as_array() {
        return values
            .iter()
            .map(|value| format!("<code>{}</code>", escape(text(value))))
            .collect::<Vec<_>>()
            .join(" · ");
    }
    for (key, between) in [("oneOf", " or "), ("anyOf", " or "), ("allOf", " with ")] {
        if let Some(parts) = schema[key].as_array() {
            return parts.iter().map(kind).collect::<Vec<_>>().join(between);
        }
    }
    if !schema["items"].is_null() {
        return format!("list of {}", kind(&schema["items"]));
    }
    if schema["type"] == "object" && schema["properties"].is_object() {
        let fields = object(&schema["properties"])
            .iter()
            .map(|(name, inner)| format!("{} {}", escape(name), kind(inner)));
        return format!("{{ {} }}", fields.collect::<Vec<_>>().join(", "));
    }
    match &schema["type"] {
        Value::String(one) => escape(one),
        Value::Array(several) => several
            .iter()
            .map(|one| escape(text(one)))
            .collect::<Vec<_>>()
            .join(" or "),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => String::new(),
    }
}

fn object(value: &Value) -> &Map<String, Value> {
    static NONE: std::sync::LazyLock<Map<String, Value>> = std::sync::LazyLock::new(Map::new);
    value.as_object().unwrap_or(&NONE)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn put(html: &mut String, part: std::fmt::Arguments<'_>) {
    html.push_str(&part.to_string());
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
