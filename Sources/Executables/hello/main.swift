// The whole of the `hello-world` image: one static program, no file beside it, no library below it.

let message = """

    Hello from Martlet!
    This message shows that your installation works.

    What happened to get it to you:
     1. The client asked the engine for a container of the image hello-world.
     2. The engine, which brings that image along, laid its one layer under a root file system of the container's own.
     3. The engine started a shim, and the shim started this program in the container.
     4. The shim wrote what the program said to the container's log and passed it to the client: your terminal.

    Something to try next, once there is a busybox image:
     $ docker run -it busybox sh

    """

print(message)
