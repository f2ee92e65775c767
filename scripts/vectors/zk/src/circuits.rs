pub fn vectors() -> serde_json::Value { serde_json::json!(null) }
