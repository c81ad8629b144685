#![no_main]

use libfuzzer_sys::fuzz_target;
use urval_fuzz::{
    on_a_server,
    properties::{Server, request},
};

fuzz_target!(|data: &[u8]| on_a_server(async |server: &Server| request(server, data).await));
