//! The OpenAPI 3.1 documents, generated from the routes themselves, and the list of routes
//! that tests hold against the authorisation tests.

use axum::extract::State as Extract;
use axum::http::{Method, header};
use axum::response::IntoResponse;
use utoipa::openapi::path::Operation;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{
    Components, ContentBuilder, InfoBuilder, OpenApi, OpenApiBuilder, Ref, RefOr, ResponseBuilder,
    SecurityRequirement,
};
use utoipa::{PartialSchema as _, ToSchema as _};
use waiaas_protocol::error_code::ErrorCode;
use waiaas_protocol::wire::ErrorBody;

use super::{Door, State, admin, agent_door};

const BEARER: &str = "sessionToken";
/// Agents' routes that need no token.
const OPEN_PATHS: [&str; 3] = ["/health", "/openapi.json", "/v1/sessions/claim"];

/// The document of a door as pretty JSON with a final newline.
#[must_use]
pub fn openapi(door: Door) -> String {
    // Nothing in the document depends on a value, so serialising it cannot fail at run time
    // without failing in the drift test.
    let mut text = document_of(door).to_pretty_json().unwrap_or_default();
    text.push('\n');
    text
}

/// Every route of a door as method and path pattern.
#[must_use]
pub fn routes(door: Door) -> Vec<(Method, String)> {
    let mut listed = Vec::new();
    for (path, item) in document_of(door).paths.paths {
        let operations = [
            (Method::GET, &item.get),
            (Method::POST, &item.post),
            (Method::PUT, &item.put),
            (Method::DELETE, &item.delete),
        ];
        let present = operations
            .into_iter()
            .filter(|(_, operation)| operation.is_some());
        listed.extend(present.map(|(method, _)| (method, path.clone())));
    }
    listed
}

fn document_of(door: Door) -> OpenApi {
    let routes = match door {
        Door::Agent => agent_door::routes(),
        Door::Admin => admin::routes(),
    };
    let (_, mut document) = routes.split_for_parts();
    add_refusals(&mut document);
    if door == Door::Agent {
        require_token(&mut document);
    }
    document
}

/// What the agents' document says about itself.
pub(super) fn agent_info() -> OpenApi {
    info(
        "waiaas: the agents' door",
        "What an agent does with its session: ask who it is, renew, list its wallets.",
    )
}

/// What the owner's document says about itself.
pub(super) fn admin_info() -> OpenApi {
    info(
        "waiaas: the owner's door",
        "HTTP/1.1 on the Unix socket `admin.sock` in the data directory, for the daemon's user \
         and root. `{agent}` and `{wallet}` are an id or a name; `{session}` is an id or a \
         unique beginning of one, at least 4 characters.",
    )
}

fn info(title: &str, about: &str) -> OpenApi {
    let info = InfoBuilder::new()
        .title(title)
        .description(Some(format!("{about}\n\n{}", codes_table())))
        .version(env!("CARGO_PKG_VERSION"))
        .build();
    OpenApiBuilder::new().info(info).build()
}

fn codes_table() -> String {
    let rows = ErrorCode::ALL.iter().map(|code| {
        let retryable = if code.retryable() { "yes" } else { "no" };
        format!("| `{code}` | {} | {retryable} |\n", code.http_status())
    });
    format!(
        "| code | HTTP | retryable |\n|---|---|---|\n{}",
        rows.collect::<String>()
    )
}

/// Every operation may answer with a refusal; all refusals have one shape.
fn add_refusals(document: &mut OpenApi) {
    let components = document.components.get_or_insert_with(Components::new);
    let name = ErrorBody::name().into_owned();
    components.schemas.insert(name.clone(), ErrorBody::schema());
    let content = ContentBuilder::new()
        .schema(Some(Ref::from_schema_name(name)))
        .build();
    let refusal = ResponseBuilder::new()
        .description("A refusal; `code` is one of the table above.")
        .content("application/json", content)
        .build();
    for_each_operation(document, |_, operation| {
        operation
            .responses
            .responses
            .insert("default".to_owned(), RefOr::T(refusal.clone()));
    });
}

fn require_token(document: &mut OpenApi) {
    let scheme = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .bearer_format("wai_sess_ and a compact JWS")
        .build();
    let components = document.components.get_or_insert_with(Components::new);
    components.add_security_scheme(BEARER, SecurityScheme::Http(scheme));
    for_each_operation(document, |path, operation| {
        if !OPEN_PATHS.contains(&path) {
            let none: [String; 0] = [];
            operation.security = Some(vec![SecurityRequirement::new(BEARER, none)]);
        }
    });
}

fn for_each_operation(document: &mut OpenApi, mut change: impl FnMut(&str, &mut Operation)) {
    for (path, item) in &mut document.paths.paths {
        let operations = [
            &mut item.get,
            &mut item.post,
            &mut item.put,
            &mut item.delete,
        ];
        for operation in operations.into_iter().flatten() {
            change(path, operation);
        }
    }
}

/// The document of this door.
#[utoipa::path(get, path = "/openapi.json", operation_id = "openapi", tag = "daemon",
    responses((status = 200, description = "OpenAPI 3.1", body = Object)))]
pub(super) async fn document(Extract(state): Extract<State>) -> impl IntoResponse {
    (
        [(header::CONTENT_TYPE, "application/json")],
        state.openapi.to_string(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_route_uses_a_method_that_the_list_would_miss() {
        for door in [Door::Agent, Door::Admin] {
            for (path, item) in document_of(door).paths.paths {
                for other in [&item.head, &item.patch, &item.options, &item.trace] {
                    assert!(
                        other.is_none(),
                        "{path} uses another method than those listed"
                    );
                }
            }
        }
    }

    #[test]
    fn operation_ids_are_unique() {
        for door in [Door::Agent, Door::Admin] {
            let mut document = document_of(door);
            let mut ids = Vec::new();
            for_each_operation(&mut document, |_, operation| {
                ids.push(operation.operation_id.clone())
            });
            let count = ids.len();
            ids.sort();
            ids.dedup();
            assert_eq!(ids.len(), count);
        }
    }
}
