#![no_main]

use libfuzzer_sys::fuzz_target;
use urval_fuzz::properties;

fuzz_target!(|data: &[u8]| properties::criteria_text(data));
