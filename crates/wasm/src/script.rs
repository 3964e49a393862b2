//! What is used of JavaScript's own library. Not `js-sys`: a page would load a part of it that nothing
//! uses.
//!
//! Owns: the imported functions. Must not know: what they are used for.

use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch, js_namespace = JSON, js_name = parse)]
    pub(crate) fn parse_json(text: &str) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(js_name = globalThis, thread_local_v2)]
    pub(crate) static GLOBAL: JsValue;

    #[wasm_bindgen(catch, js_namespace = Reflect)]
    pub(crate) fn get(of: &JsValue, name: &str) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(catch, js_namespace = Reflect)]
    pub(crate) fn set(of: &JsValue, name: &str, value: &JsValue) -> Result<bool, JsValue>;
    #[wasm_bindgen(catch, js_namespace = Reflect)]
    pub(crate) fn construct(class: &JsValue, arguments: &JsValue) -> Result<JsValue, JsValue>;

    pub(crate) type Array;
    #[wasm_bindgen(static_method_of = Array, js_name = isArray)]
    pub(crate) fn is_array(value: &JsValue) -> bool;
    #[wasm_bindgen(static_method_of = Array)]
    pub(crate) fn of(element: &str) -> Array;
    #[wasm_bindgen(method, getter)]
    pub(crate) fn length(this: &Array) -> u32;
    #[wasm_bindgen(method, indexing_getter)]
    pub(crate) fn get(this: &Array, index: u32) -> JsValue;

    pub(crate) type Object;
    #[wasm_bindgen(constructor)]
    pub(crate) fn new() -> Object;
    #[wasm_bindgen(static_method_of = Object)]
    fn entries(object: &JsValue) -> Array;

    #[wasm_bindgen(js_name = String)]
    pub(crate) type Text;
    #[wasm_bindgen(method, getter)]
    pub(crate) fn length(this: &Text) -> u32;

    #[wasm_bindgen(js_name = Uint8Array)]
    pub(crate) type Bytes;
    #[wasm_bindgen(constructor, js_class = Uint8Array)]
    pub(crate) fn new(of: &JsValue) -> Bytes;
    #[wasm_bindgen(method, getter)]
    pub(crate) fn length(this: &Bytes) -> u32;
    #[wasm_bindgen(method)]
    pub(crate) fn slice(this: &Bytes) -> Vec<u8>;

    pub(crate) type Error;
    #[wasm_bindgen(constructor)]
    pub(crate) fn new(message: &str) -> Error;
    #[wasm_bindgen(method, setter)]
    pub(crate) fn set_code(this: &Error, code: &str);

    pub(crate) type Function;
    /// A function that does nothing, and needs no closure to be kept.
    #[wasm_bindgen(static_method_of = Function, getter, js_name = prototype)]
    pub(crate) fn nothing() -> JsValue;
    #[wasm_bindgen(method, catch)]
    pub(crate) fn bind(this: &Function, of: &JsValue) -> Result<JsValue, JsValue>;
}

/// The members of an object, in their order.
pub(crate) fn members(object: &JsValue) -> impl Iterator<Item = (String, JsValue)> {
    let entries = Object::entries(object);
    (0..entries.length()).filter_map(move |index| {
        let entry: Array = entries.get(index).unchecked_into();
        Some((entry.get(0).as_string()?, entry.get(1)))
    })
}
