#!/usr/bin/python3
"""A Modbus slave by someone else's hand (pymodbus), to check ours against.

usage: pymodbus-slave.py tcp <port> <registers.json>
       pymodbus-slave.py rtu-over-tcp <port> <registers.json>
       pymodbus-slave.py rtu <serial path> <registers.json> [baud]

registers.json: { "<unit>": { "3": { "<address>": value, ... }, "4": { ... } } }
0-based PDU addresses, 16-bit values; an address that is not there answers exception 2.
A port of 0 takes a free one. Prints "READY <port or path>" when it listens. Reads the file again
whenever a line arrives on stdin, and then prints "LOADED"; ends when stdin ends.
"""
import asyncio
import json
import logging
import sys

from pymodbus.datastore import ModbusServerContext, ModbusSlaveContext, ModbusSparseDataBlock
from pymodbus.framer.rtu_framer import ModbusRtuFramer
from pymodbus.framer.socket_framer import ModbusSocketFramer
from pymodbus.server.async_io import ModbusSerialServer, ModbusTcpServer


def load(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def block(registers):
    values = {int(address): value for address, value in registers.items()}
    return ModbusSparseDataBlock(values or {65535: 0})


def context(image):
    slaves = {
        int(unit): ModbusSlaveContext(
            hr=block(tables.get("3", {})), ir=block(tables.get("4", {})), zero_mode=True
        )
        for unit, tables in image.items()
    }
    return ModbusServerContext(slaves=slaves, single=False)


def refresh(slaves, image):
    for unit, tables in image.items():
        for function, registers in tables.items():
            for address, value in registers.items():
                slaves[int(unit)].setValues(int(function), int(address), [value])


async def serve(kind, where, path, baud):
    slaves = context(load(path))
    if kind == "rtu":
        server = ModbusSerialServer(
            slaves, framer=ModbusRtuFramer, port=where, baudrate=baud, ignore_missing_slaves=True
        )
        await server.start()
        ready = where
    else:
        framer = ModbusRtuFramer if kind == "rtu-over-tcp" else ModbusSocketFramer
        server = ModbusTcpServer(
            slaves,
            framer=framer,
            address=("127.0.0.1", int(where)),
            allow_reuse_address=True,
            ignore_missing_slaves=True,
        )
        ready = None
    task = asyncio.ensure_future(server.serve_forever())
    if ready is None:
        await server.serving
        ready = server.server.sockets[0].getsockname()[1]
    print(f"READY {ready}", flush=True)

    loop = asyncio.get_running_loop()
    while await loop.run_in_executor(None, sys.stdin.readline):
        refresh(slaves, load(path))
        print("LOADED", flush=True)
    task.cancel()


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    asyncio.run(
        serve(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]) if len(sys.argv) > 4 else 9600)
    )
