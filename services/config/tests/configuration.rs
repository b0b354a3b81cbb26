//! A configuration in layers: who wins, what is refused and where it is said to stand.

use config::{
    Backend, Bus, Config, KEYS, Layer, Speed, Spi, Variant, is_variable, schema, show, table,
    variables,
};

fn file(text: &str) -> Layer {
    Layer::File("ems.toml".into(), text.into())
}

fn read(text: &str) -> Result<Config, Vec<String>> {
    Config::read(&[file(text)])
        .map_err(|findings| findings.iter().map(ToString::to_string).collect())
}

/// [S7] Nothing is needed: a simulated grid, everything on, Modbus off as at the factory.
#[test]
fn an_empty_file_is_a_configuration() {
    let config = read("").expect("nothing is needed");
    assert_eq!((config.backend, config.variant), (Backend::Sim, Variant::Lab));
    assert_eq!((config.modbus, config.rs485), (None, None));
    assert_eq!(config.sim.speed, Speed::Times(1.0));
    assert_eq!(read("[sim]\nspeed = 60").expect("a factor").sim.speed, Speed::Times(60.0));
    assert_eq!(config.adc.sample_rate_hz, 8000);
}

#[test]
fn a_whole_configuration_is_read() {
    let text = r#"
        backend = "ads131m08"
        variant = "S1"
        [device]
        serial = "AV2-0001"
        [adc]
        spi = "/dev/spidev1.0"
        drdy = "!/dev/gpiochip1:7"
        channels = ["ia", "ib", "ic", "-", "va", "vb", "vc"]
        [esy]
        port = "/dev/ttyS1"
        [[esy.module]]
        slot = 3
        model = "ESY3XMV"
        ct_primary_a = 250
        [[esy.module]]
        slot = 1
        model = "ESY3XAV5"
        name = "Heat pump"
        [modbus]
        enabled = true
        listen = "[::]:1502"
        [rs485]
        port = "/dev/ttyS2"
        parity = "even"
    "#;
    let config = read(text).expect("it fits together");
    assert_eq!(config.adc.spi, Spi::Device("/dev/spidev1.0".into()));
    assert_eq!(config.adc.drdy.to_string(), "!/dev/gpiochip1:7");
    assert_eq!(config.adc.channels[3], None);
    assert_eq!(config.esy.bus, Bus::Port("/dev/ttyS1".into()));
    let slots: Vec<u8> = config.esy.modules.iter().map(|module| module.slot.number()).collect();
    assert_eq!(slots, [1, 3]);
    assert_eq!(config.esy.modules[1].ct_primary_a, Some(250.0));
    assert_eq!(config.modbus.map(|address| address.port()), Some(1502));
    assert_eq!(config.rs485.map(|rs485| rs485.address), Some(1));
}

/// The strongest layer that says something wins, key by key.
#[test]
fn later_layers_win() {
    let layers = [
        file("[adc]\nspi_hz = 2000000\nspi = \"/dev/spidev0.1\"\n"),
        Layer::File("conf.d/10-site.toml".into(), "[adc]\nspi_hz = 4000000\n".into()),
        Layer::Variable("EMS_ADC_SPI".into(), "model".into()),
        Layer::Variable("EMS_MODBUS_ENABLED".into(), "true".into()),
    ];
    let config = Config::read(&layers).expect("all of it fits");
    assert_eq!((config.adc.spi_hz, config.adc.spi), (4_000_000, Spi::Model));
    assert!(config.modbus.is_some());
    let shown = show(&layers);
    assert!(shown.contains("spi_hz = 4000000 # conf.d/10-site.toml:2\n"), "{shown}");
    assert!(shown.contains("spi = \"model\" # EMS_ADC_SPI\n"), "{shown}");
    assert!(shown.contains("baud = 115200 # usual\n"), "{shown}");
}

/// What is shown can be read again and means the same.
#[test]
fn what_is_shown_is_a_configuration() {
    let text = "backend = \"ads131m08\"\n[adc]\nspi = \"model\"\n[[esy.module]]\nslot = 2\nmodel = \"ESY3XMV\"\n";
    let shown = show(&[file(text)]);
    assert_eq!(read(&shown), read(text));
}

/// Everything that is wrong is told at once, each with its file, line and remedy. [G9]
#[test]
fn errors_name_file_and_line() {
    let check = |text: &str, expected: &[&str]| {
        let findings = read(text).expect_err(text);
        assert_eq!(findings.len(), expected.len(), "{findings:#?}");
        for (finding, expected) in findings.iter().zip(expected) {
            assert!(finding.starts_with(expected), "{finding}\nis not\n{expected}");
        }
    };
    check("schema = 2", &["ems.toml:1: schema = 2: write a whole number from 1 to 1"]);
    check(
        "\n\nbackend = \"hardware\"",
        &["ems.toml:3: backend = \"hardware\": write one of sim, ads131m08"],
    );
    check(
        "[adc]\nspi_hz = \"8 MHz\"\ndrdi = 1\n",
        &[
            "ems.toml:2: adc.spi_hz = \"8 MHz\": write a whole number from 1000000 to 25000000",
            "ems.toml:3: there is no key adc.drdi; adc.drdy is one",
        ],
    );
    check("[lights]\non = true", &["ems.toml:1: there is no key lights; `ems config schema`"]);
    check("backend = \n", &["ems.toml:1: this is no TOML"]);
    check("[adc]\ndrdy = \"24\"", &["ems.toml:2: adc.drdy = \"24\": it is no GPIO line"]);
    check("[adc]\ngains = [1, 3]", &["ems.toml:2: adc.gains holds gains of the converter"]);
    check("[modbus]\nlisten = \"502\"", &["ems.toml:2: modbus.listen = \"502\": write an address"]);
    check(
        "[[esy.module]]\nslot = 11\nmodel = \"ESY3XMV\"",
        &[
            "ems.toml:1: this module needs slot",
            "ems.toml:2: esy.module.slot = 11: write a whole number from 1 to 10",
        ],
    );
    let findings = Config::read(&[Layer::Variable("EMS_ADC_SPI_HZ".into(), "fast".into())]);
    let finding = findings.expect_err("no number")[0].to_string();
    assert!(finding.starts_with("EMS_ADC_SPI_HZ: `fast` is no value"), "{finding}");
    let findings = Config::read(&[Layer::Variable("EMS_MODBUS_LISTNE".into(), "[::]:1".into())]);
    let finding = findings.expect_err("misspelt")[0].to_string();
    assert!(finding.ends_with("EMS_MODBUS_LISTEN is one"), "{finding}");
    assert!(is_variable("EMS_MODBUS_LISTNE") && !is_variable("EMS_RECORDINGS"));
}

/// What each variant lacks is refused, and so is what does not fit together. [P3, O1]
#[test]
fn what_does_not_fit_together_is_refused() {
    let check = |text: &str, expected: &str| {
        let findings = read(text).expect_err(text);
        assert_eq!(findings.len(), 1, "{findings:#?}");
        assert!(findings[0].starts_with(expected), "{}", findings[0]);
    };
    check(
        "variant = \"O1\"\n[rs485]\nport = \"/dev/ttyS2\"",
        "ems.toml:3: variant O1 has no RS485",
    );
    check(
        "variant = \"S1\"\n[io]\noutput = \"/dev/gpiochip0:4\"",
        "ems.toml:3: variant S1 has no digital output",
    );
    check("[rs485]\nport = \"/dev/ttyS2\"\nbaud = 14400", "ems.toml:3: RS485 has 2400");
    check("[io]\nbuttons = [\"/dev/gpiochip0:1\"]", "ems.toml:2: there are four keys");
    check("[adc]\nchannels = [\"va\", \"va\"]", "ems.toml:2: a signal is wired to one input only");
    check("[adc]\nsample_rate_hz = 5000", "ems.toml:2: the converter divides half its clock");
    check("[adc]\ngains = [1]", "ems.toml:2: every input that is wired needs its gain");
    check("backend = \"ads131m08\"\nvariant = \"S1\"", "device.serial is missing");
    check("[esy]\nport = \"/dev/ttyS1\"", "ems.toml:2: name the modules on it");
    let module = "[[esy.module]]\nslot = 1\nmodel = \"ESY3XMV\"\n";
    check(module, "the modules of a configuration are on a serial port");
    check(
        "backend = \"ads131m08\"\nvariant = \"S1\"\n[device]\nserial = \"1\"\n[esy]\nport = \"pty\"",
        "ems.toml:6: modules on a real meter need a real port",
    );
    let line = "[io]\ninput = \"/dev/gpiochip0:4\"\nled = \"!/dev/gpiochip0:4\"";
    check(line, "ems.toml:3: the line !/dev/gpiochip0:4 is that of io.input already");
    let real = "backend = \"ads131m08\"\n[device]\nserial = \"1\"\n";
    check(&format!("{real}[adc]\nspi = \"/dev/spidev0.0\""), "a real meter is of variant S1 or O1");
    let port = format!(
        "variant = \"S1\"\n{real}[esy]\nport = \"/dev/ttyS1\"\n[rs485]\nport = \"/dev/ttyS1\"\n{module}"
    );
    check(&port, "ems.toml:8: the ESY bus has this port");
    let serials = "[esy]\nport = \"/dev/ttyS1\"\n[[esy.module]]\nslot = 1\nmodel = \"ESY3XMV\"\nserial = \"7\"\n[[esy.module]]\nslot = 2\nmodel = \"ESY3XMV\"\nserial = \"7\"\n";
    check(serials, "ems.toml:7: a module above has this serial number");
    let twice = format!("[esy]\nport = \"/dev/ttyS1\"\n{module}{module}");
    check(&twice, "ems.toml:6: slot 1 is taken");
}

/// What a server allows is a setting with its default, and never no client or more than there are descriptors for.
#[test]
fn limits_of_clients_are_settings() {
    let usual = read("").expect("nothing is needed");
    let web = usual.web.clone().expect("on at the factory");
    let limits = (usual.modbus_connections_max, web.connections_an_address_max, web.live_max);
    assert_eq!(limits, (32, 32, 32));
    let text =
        "[modbus]\nconnections_max = 128\n[web]\nconnections_an_address_max = 250\nlive_max = 1";
    let raised = read(text).expect("in their ranges");
    let web = raised.web.clone().expect("on at the factory");
    let limits = (raised.modbus_connections_max, web.connections_an_address_max, web.live_max);
    assert_eq!(limits, (128, 250, 1));
    assert_ne!(usual.services(), raised.services(), "a running meter serves anew");
    assert_eq!(raised.needs_restart(&usual), ["web"]);
    for key in ["modbus.connections_max", "web.connections_an_address_max", "web.live_max"] {
        for refused in [0, 257] {
            let findings = read(&format!("{key} = {refused}")).expect_err(key);
            let expected =
                format!("ems.toml:1: {key} = {refused}: write a whole number from 1 to 256");
            assert!(findings[0].starts_with(&expected), "{findings:?}");
        }
    }
}

/// [P5] The bus carries ten modules.
#[test]
fn an_eleventh_module_is_refused() {
    let modules = |count: usize| -> String {
        let modules = (1..=count)
            .map(|n| format!("[[esy.module]]\nslot = {}\nmodel = \"ESY3XMV\"\n", n.min(10)));
        std::iter::once("[esy]\nport = \"/dev/ttyS1\"\n".to_string()).chain(modules).collect()
    };
    assert_eq!(read(&modules(10)).expect("ten").esy.modules.len(), 10);
    let findings = read(&modules(11)).expect_err("eleven");
    assert!(findings.iter().any(|finding| finding.contains("at most 10 modules")), "{findings:?}");
}

/// Every key has its own variable, its place in the schema and its row in the documentation.
#[test]
fn the_table_of_keys_is_all_there_is() {
    let names: std::collections::BTreeSet<String> = variables().map(|(name, _)| name).collect();
    assert_eq!(names.len() + 1, KEYS.len(), "tables of modules have no variable");
    let schema = schema();
    for key in KEYS {
        let place = match key.path.split_once('.') {
            None => &schema["properties"][key.path],
            Some((table, name)) => &schema["properties"][table]["properties"][name],
        };
        assert_eq!(place["description"], key.doc, "{}", key.path);
    }
    let page = include_str!("../../../docs/configuration-file.md");
    assert!(
        page.contains(&table()),
        "docs/configuration-file.md has another table; it should be:\n{}",
        table()
    );
}
