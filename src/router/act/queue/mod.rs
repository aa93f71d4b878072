//! What is done to queues and to the settings of a tenant.

mod set;
