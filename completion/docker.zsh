#compdef docker

local -a commands
local command="$words[2]"
if (( CURRENT == 2 )); then
    commands=(
        'attach:Attach to a running container'
        'build:Build an image from a Dockerfile'
        'builder:Manage builds'
        'commit:Create a new image from a containers changes'
        'cp:Copy files/folders between a container and the local filesystem'
        'create:Create a new container'
        'diff:Inspect changes on a containers filesystem'
        'events:Get real time events from the server'
        'exec:Run a command in a running container'
        'export:Export a filesystem as a tar archive (streamed to STDOUT by default)'
        'help:Print help for a command'
        'history:Show the history of an image'
        'image:Manage images'
        'images:List images'
        'import:Create an empty filesystem image and import the contents of the'
        'info:Display system-wide information'
        'inspect:Return low-level information on a container, image or network'
        'kill:Kill a running container'
        'load:Load an image from a tar archive or STDIN'
        'login:Register or log in to a Docker registry server, if no server is'
        'logout:Log out from a Docker registry, if no server is'
        'logs:Fetch the logs of a container'
        'network:Manage networks'
        'pause:Pause all processes within a container'
        'port:List port mappings for the CONTAINER, or lookup the public-facing port that'
        'ps:List containers'
        'pull:Pull an image or a repository from a registry'
        'push:Push an image or a repository to a registry'
        'rename:Rename an existing container'
        'restart:Restart a running container'
        'rm:Remove one or more containers'
        'rmi:Remove one or more images'
        'run:Run a command in a new container'
        'save:Save an image(s) to a tar archive (streamed to STDOUT by default)'
        'search:Search for an image on the Docker Hub'
        'start:Start one or more stopped containers'
        'stats:Display a live stream of one or more containers resource usage statistics'
        'stop:Stop a running container'
        'system:Manage Docker'
        'tag:Tag an image into a repository'
        'top:Display the running processes of a container'
        'unpause:Unpause all processes within a container'
        'version:Show the Docker version information'
        'wait:Block until a container stops, then print its exit code'
    )
    _describe 'docker command' commands
    return
fi
case "$command" in
    builder)
        if (( CURRENT == 3 )); then
            commands=(
            'build:Build an image from a Dockerfile'
            'prune:Remove build cache'
            )
            _describe 'docker builder command' commands
            return
        fi
        command="$words[2] $words[3]" ;;
    image)
        if (( CURRENT == 3 )); then
            commands=(
            'build:Build an image from a Dockerfile'
            'history:Show the history of an image'
            'import:Create an empty filesystem image and import the contents of the'
            'inspect:Display detailed information on one or more images'
            'load:Load an image from a tar archive or STDIN'
            'ls:List images'
            'prune:Remove unused images'
            'pull:Pull an image or a repository from a registry'
            'push:Push an image or a repository to a registry'
            'rm:Remove one or more images'
            'save:Save an image(s) to a tar archive (streamed to STDOUT by default)'
            'tag:Tag an image into a repository'
            )
            _describe 'docker image command' commands
            return
        fi
        command="$words[2] $words[3]" ;;
    network)
        if (( CURRENT == 3 )); then
            commands=(
            'connect:Connect a container to a network'
            'create:Create a network'
            'disconnect:Disconnect a container from a network'
            'inspect:Display detailed information on one or more networks'
            'ls:List networks'
            'prune:Remove all unused networks'
            'rm:Remove one or more networks'
            )
            _describe 'docker network command' commands
            return
        fi
        command="$words[2] $words[3]" ;;
    system)
        if (( CURRENT == 3 )); then
            commands=(
            'check:Check that images, layers and containers on disk are as they should be'
            'df:Show docker disk usage'
            'events:Get real time events from the server'
            'info:Display system-wide information'
            'prune:Remove unused data'
            )
            _describe 'docker system command' commands
            return
        fi
        command="$words[2] $words[3]" ;;
esac
if [[ "$words[CURRENT]" == -* ]]; then
    case "$command" in
        attach) compadd -- --detach-keys --no-stdin --sig-proxy --help ;;
        build) compadd -- --add-host --build-arg --build-context --cache-from --cache-to --cgroup-parent --check --cpu-period --cpu-quota --cpu-shares --cpuset-cpus --cpuset-mems --file --force-rm --iidfile --label --load --memory --memory-swap --metadata-file --network --no-cache --output --platform --progress --pull --push --quiet --rm --secret --security-opt --shm-size --squash --ssh --tag --target --ulimit -c -f -m -o -q -t --help ;;
        commit) compadd -- --author --change --message --pause -a -c -m -p --help ;;
        cp) compadd -- --archive --follow-link --quiet -L -a -q --help ;;
        create) compadd -- --add-host --annotation --attach --blkio-weight --cap-add --cap-drop --cgroup-parent --cgroupns --cidfile --cpu-period --cpu-quota --cpu-shares --cpus --cpuset-cpus --cpuset-mems --device --device-cgroup-rule --dns --dns-option --dns-search --domainname --entrypoint --env --env-file --expose --gpus --group-add --health-cmd --health-interval --health-retries --health-start-interval --health-start-period --health-timeout --hostname --init --interactive --ip --ip6 --ipc --isolation --label --label-file --link --link-local-ip --log-driver --log-opt --mac-address --memory --memory-reservation --memory-swap --memory-swappiness --mount --name --net --network --network-alias --no-healthcheck --oom-kill-disable --oom-score-adj --pid --pids-limit --platform --privileged --publish --publish-all --pull --quiet --read-only --restart --runtime --security-opt --shm-size --stop-signal --stop-timeout --storage-opt --sysctl --tmpfs --tty --ulimit --user --userns --uts --volume --volume-driver --volumes-from --workdir -P -a -c -e -h -i -l -m -p -q -t -u -v -w --help ;;
        diff) compadd --  --help ;;
        events) compadd -- --filter --format --since --until -f --help ;;
        exec) compadd -- --detach --detach-keys --env --env-file --interactive --privileged --tty --user --workdir -d -e -i -t -u -w --help ;;
        export) compadd -- --output -o --help ;;
        help) compadd --  --help ;;
        history) compadd -- --format --human --no-trunc --platform --quiet -H -q --help ;;
        images) compadd -- --all --digests --filter --format --no-trunc --quiet -a -f -q --help ;;
        import) compadd -- --change --message --platform -c -m --help ;;
        info) compadd -- --format -f --help ;;
        inspect) compadd -- --format --size --type -f -s --help ;;
        kill) compadd -- --signal -s --help ;;
        load) compadd -- --input --platform --quiet -i -q --help ;;
        login) compadd -- --email --password --password-stdin --username -e -p -u --help ;;
        logout) compadd --  --help ;;
        logs) compadd -- --follow --since --tail --timestamps --until -f -n -t --help ;;
        pause) compadd --  --help ;;
        port) compadd --  --help ;;
        ps) compadd -- --all --before --filter --format --last --latest --no-trunc --quiet --since --size -a -f -l -n -q -s --help ;;
        pull) compadd -- --all-tags --platform --quiet -a -q --help ;;
        push) compadd -- --all-tags --format --quiet -a -q --help ;;
        rename) compadd --  --help ;;
        restart) compadd -- --signal --time --timeout -s -t --help ;;
        rm) compadd -- --force --link --volumes -f -l -v --help ;;
        rmi) compadd -- --force --no-prune -f --help ;;
        run) compadd -- --add-host --annotation --attach --blkio-weight --cap-add --cap-drop --cgroup-parent --cgroupns --cidfile --cpu-period --cpu-quota --cpu-shares --cpus --cpuset-cpus --cpuset-mems --detach --detach-keys --device --device-cgroup-rule --dns --dns-option --dns-search --domainname --entrypoint --env --env-file --expose --gpus --group-add --health-cmd --health-interval --health-retries --health-start-interval --health-start-period --health-timeout --hostname --init --interactive --ip --ip6 --ipc --isolation --label --label-file --link --link-local-ip --log-driver --log-opt --mac-address --memory --memory-reservation --memory-swap --memory-swappiness --mount --name --net --network --network-alias --no-healthcheck --oom-kill-disable --oom-score-adj --pid --pids-limit --platform --privileged --publish --publish-all --pull --quiet --read-only --restart --rm --runtime --security-opt --shm-size --sig-proxy --stop-signal --stop-timeout --storage-opt --sysctl --tmpfs --tty --ulimit --user --userns --uts --volume --volume-driver --volumes-from --workdir -P -a -c -d -e -h -i -l -m -p -q -t -u -v -w --help ;;
        save) compadd -- --output --platform -o --help ;;
        search) compadd -- --automated --filter --format --limit --no-trunc --stars -f -s --help ;;
        start) compadd -- --attach --detach-keys --interactive -a -i --help ;;
        stats) compadd -- --all --format --no-stream --no-trunc -a --help ;;
        stop) compadd -- --signal --time --timeout -s -t --help ;;
        tag) compadd -- --force -f --help ;;
        top) compadd --  --help ;;
        unpause) compadd --  --help ;;
        version) compadd -- --format -f --help ;;
        wait) compadd --  --help ;;
        "builder build") compadd -- --add-host --build-arg --build-context --cache-from --cache-to --cgroup-parent --check --cpu-period --cpu-quota --cpu-shares --cpuset-cpus --cpuset-mems --file --force-rm --iidfile --label --load --memory --memory-swap --metadata-file --network --no-cache --output --platform --progress --pull --push --quiet --rm --secret --security-opt --shm-size --squash --ssh --tag --target --ulimit -c -f -m -o -q -t --help ;;
        "builder prune") compadd -- --all --filter --force --keep-storage --max-used-space --min-free-space --reserved-space -a -f --help ;;
        "image build") compadd -- --add-host --build-arg --build-context --cache-from --cache-to --cgroup-parent --check --cpu-period --cpu-quota --cpu-shares --cpuset-cpus --cpuset-mems --file --force-rm --iidfile --label --load --memory --memory-swap --metadata-file --network --no-cache --output --platform --progress --pull --push --quiet --rm --secret --security-opt --shm-size --squash --ssh --tag --target --ulimit -c -f -m -o -q -t --help ;;
        "image history") compadd -- --format --human --no-trunc --platform --quiet -H -q --help ;;
        "image import") compadd -- --change --message --platform -c -m --help ;;
        "image inspect") compadd -- --format -f --help ;;
        "image load") compadd -- --input --platform --quiet -i -q --help ;;
        "image ls") compadd -- --all --digests --filter --format --no-trunc --quiet -a -f -q --help ;;
        "image prune") compadd -- --all --filter --force -a -f --help ;;
        "image pull") compadd -- --all-tags --platform --quiet -a -q --help ;;
        "image push") compadd -- --all-tags --format --quiet -a -q --help ;;
        "image rm") compadd -- --force --no-prune -f --help ;;
        "image save") compadd -- --output --platform -o --help ;;
        "image tag") compadd -- --force -f --help ;;
        "network connect") compadd -- --alias --driver-opt --gw-priority --ip --ip6 --link --link-local-ip --help ;;
        "network create") compadd -- --attachable --aux-address --config-from --config-only --driver --gateway --ingress --internal --ip-range --ipam-driver --ipam-opt --ipv4 --ipv6 --label --opt --scope --subnet -d -o --help ;;
        "network disconnect") compadd -- --force -f --help ;;
        "network inspect") compadd -- --format --verbose -f -v --help ;;
        "network ls") compadd -- --filter --format --no-trunc --quiet -f -q --help ;;
        "network prune") compadd -- --filter --force -f --help ;;
        "network rm") compadd -- --force -f --help ;;
        "system check") compadd -- --quiet -q --help ;;
        "system df") compadd -- --format --verbose -v --help ;;
        "system events") compadd -- --filter --format --since --until -f --help ;;
        "system info") compadd -- --format -f --help ;;
        "system prune") compadd -- --all --filter --force --volumes -a -f --help ;;
    esac
    return
fi
case "$command" in
    attach|exec|inspect|kill|logs|pause|port|rename|restart|rm|start|stop|top|unpause|wait) compadd -- ${(f)"$(docker ps -a --format '{{.Names}}' 2>/dev/null)"} ;;
    create|history|rmi|run|save|tag) compadd -- ${(f)"$(docker images --format '{{.Repository}}:{{.Tag}}' 2>/dev/null)"} ;;
    "network connect"|"network disconnect"|"network inspect"|"network rm") compadd -- ${(f)"$(docker network ls --format '{{.Name}}' 2>/dev/null)"} ;;
    *) _files ;;
esac
