#![no_main]

use libfuzzer_sys::fuzz_target;
use urval_fuzz::{
    on_a_server,
    properties::{Server, import},
};

fuzz_target!(|data: &[u8]| on_a_server(async |server: &Server| import(server, data).await));
