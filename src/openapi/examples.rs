//! Examples of what means the same wherever it stands: written once for each name.

use serde_json::{Value, json};
use utoipa::openapi::path::{Operation, ParameterBuilder, ParameterIn};
use utoipa::openapi::{OpenApi, RefOr, Schema};

const ID: &str = "0190a1b2-0000-7000-8000-000000000000";
/// As long as those in links and answers.
const TOKEN: &str = "q3Vd0uGqJ0sH5y0bX7eZ1w8nT4rK6mPc2aLfYiOvUxE";

/// The example of a parameter of this name.
fn of_parameter(name: &str, place: &ParameterIn) -> Option<Value> {
    Some(match (name, place) {
        ("id", ParameterIn::Path) => json!(ID),
        ("token", ParameterIn::Path) => json!(TOKEN),
        ("limit", ParameterIn::Query) => json!(50),
        ("cursor", ParameterIn::Query) => {
            json!("MTc3MjQ0MjAwMDAwMDAwMC4wMTkwYTFiMi0wMDAwLTcwMDAtODAwMC0wMDAwMDAwMDAwMDA")
        }
        ("q", ParameterIn::Query) => json!("ada"),
        ("Idempotency-Key", ParameterIn::Header) => json!("5f0c1d5e-import-42"),
        _ => return None,
    })
}

/// The example of a field of this name.
fn of_field(name: &str) -> Option<Value> {
    Some(match name {
        "id" | "user" | "created_by" | "successor" | "sid" | "revocation" | "job" => json!(ID),
        "refresh_token" | "token" | "mfa_token" => json!(TOKEN),
        "access_token" => json!("eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiIwMTkwYTFiMiJ9.c2lnbmF0dXJl"),
        "password" | "new_password" => json!("Analytical-Engine-1843"),
        "key" => json!(format!("fd_0190a1b2c3d4_{}", "0".repeat(72))),
        "code" => json!("123456"),
        "next_cursor" | "cursor" => of_parameter("cursor", &ParameterIn::Query)?,
        _ => return None,
    })
}

/// Gives examples to the parameters of an operation that are named alike everywhere.
pub fn of_operation(operation: &mut Operation) {
    for parameter in operation.parameters.iter_mut().flatten() {
        let RefOr::T(parameter) = parameter else { continue };
        if let Some(example) = of_parameter(&parameter.name, &parameter.parameter_in) {
            *parameter = ParameterBuilder::from(parameter.clone()).example(Some(example)).build();
        }
    }
}

/// Gives examples to the fields of all bodies that have none.
pub fn of_schemas(document: &mut OpenApi) {
    let schemas = document.components.iter_mut().flat_map(|components| components.schemas.values_mut());
    for schema in schemas {
        let RefOr::T(Schema::Object(object)) = schema else { continue };
        for (name, field) in &mut object.properties {
            if let RefOr::T(Schema::Object(field)) = field
                && field.example.is_none()
                && field.examples.is_empty()
                && let Some(example) = of_field(name)
            {
                field.example = Some(example);
            }
        }
    }
}
