//! Simulated modules at their end of a line: requests in, answers out, from what their meters measure.

use super::about;
use crate::esy::VirtualBus;
use esy::{Answering, Ear, Slave};
use port::{EsyBus, EsyReply, SlotId};

/// A module on the line.
struct OnLine {
    slot: SlotId,
    slave: Slave,
    /// Rated primary current of the transformers that hang on it, in milliamperes.
    ct_primary_ma: u32,
    /// Times that it has begun; none while it has no supply.
    boots: Option<u32>,
}

/// All modules of a line. They hear the same.
pub struct LineModules {
    bus: VirtualBus,
    modules: Vec<OnLine>,
    ear: Ear,
    /// Windows since the last call; kept so that nothing is allocated anew.
    replies: Vec<EsyReply>,
}

impl LineModules {
    /// The modules of a virtual bus, without addresses.
    pub fn new(bus: VirtualBus, ct_primary_ma: &[u32]) -> LineModules {
        let modules = bus.modules().iter().zip(ct_primary_ma).map(|(identity, ma)| OnLine {
            slot: identity.slot,
            slave: Slave::new(about(identity.model, &identity.serial, *ma)),
            ct_primary_ma: *ma,
            boots: bus.boots(identity.slot),
        });
        LineModules { modules: modules.collect(), bus, ear: Ear::default(), replies: Vec::new() }
    }

    /// Gives a module an address behind the master's back.
    pub fn set_address(&mut self, slot: SlotId, address: u8) {
        for module in self.modules.iter_mut().filter(|module| module.slot == slot) {
            module.slave = module.slave.clone().with_address(address);
        }
    }

    /// Puts another module in a slot.
    pub fn swap(&mut self, slot: SlotId, serial: &str, address: u8) {
        let identities = self.bus.modules().to_vec();
        for module in self.modules.iter_mut().filter(|module| module.slot == slot) {
            let identity = identities.iter().find(|identity| identity.slot == slot);
            let Some(identity) = identity else { continue };
            let about = about(identity.model, serial, module.ct_primary_ma);
            module.slave = Slave::new(about).with_address(address);
        }
    }
}

impl Answering for LineModules {
    /// Windows that close go to their modules.
    fn run_to(&mut self, until_sample: u64) {
        let LineModules { bus, modules, replies, .. } = self;
        bus.poll(until_sample, replies);
        for module in modules.iter_mut() {
            let boots = bus.boots(module.slot);
            if boots.is_some() && boots != module.boots {
                module.slave.boot();
            }
            module.boots = boots;
        }
        for reply in replies.drain(..) {
            let module = modules.iter_mut().find(|module| module.slot == reply.slot);
            if let (Some(module), Ok(readings)) = (module, &reply.result)
                && module.boots.is_some()
            {
                module.slave.window(reply.window_end, readings, reply.wiring);
            }
        }
    }

    fn quiet(&mut self) {
        self.ear.quiet();
    }

    fn hear(&mut self, position: f64, bytes: &[u8]) -> Vec<(SlotId, Vec<u8>)> {
        self.ear.hear(bytes);
        let mut answers = Vec::new();
        while let Some((address, request)) = self.ear.request() {
            for module in self.modules.iter_mut().filter(|module| module.boots.is_some()) {
                let heard = module.slave.hear(address, &request, position);
                if let Some(ma) = heard.transformers_ma {
                    let factor = f64::from(ma) / f64::from(module.ct_primary_ma);
                    self.bus.scale(module.slot, factor);
                }
                if let Some(command) = heard.command {
                    self.bus.command(Some(module.slot), command);
                }
                answers.extend(heard.answer.map(|answer| (module.slot, answer)));
            }
        }
        answers
    }
}
