extension Command {
    static let image = Command(
        "image", about: "Manage images",
        verbs: [
            build.named("image build"), history.named("image history"), `import`.named("image import"), imageInspect,
            load.named("image load"),
            images.named("image ls"), imagePrune, pull.named("image pull"), push.named("image push"),
            rmi.named("image rm"),
            save.named("image save"), tag.named("image tag"),
        ])
}
