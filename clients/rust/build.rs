//! Makes the schema of the server known to cynic.

fn main() {
    cynic_codegen::register_schema("urval")
        .from_sdl_file("../../schema.graphql")
        .expect("schema.graphql is there and valid")
        .as_default()
        .expect("it is the only schema");
}
