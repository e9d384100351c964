namespace TorchSharp;

public static partial class torch
{
    /// <summary>A place where tensors live: <c>cpu</c>, <c>cuda</c> (the current one) or <c>cuda:2</c>.</summary>
    public class Device
    {
        /// <exception cref="ArgumentException">The text names no device that libtorch knows.</exception>
        public Device(string description)
        {
            var parts = description.Split(':', 2);
            type = Parse(parts[0], description);
            index = parts.Length == 1 ? -1
                : int.TryParse(parts[1], out var number) && number >= 0 ? number
                : throw new ArgumentException($"'{description}' is no device: a number is expected after the colon, as in cuda:0");
        }

        public Device(string deviceType, int index = -1) : this(Parse(deviceType, deviceType), index) { }

        public Device(DeviceType deviceType, int index = -1) => (type, this.index) = (deviceType, index);

        public Device(int index) : this(DeviceType.CUDA, index) { }

        public DeviceType type { get; }

        /// <summary>Which one of that type, counted from 0; -1 is the current one.</summary>
        public int index { get; }

        public override string ToString() => index < 0 ? type.ToString().ToLowerInvariant() : $"{type.ToString().ToLowerInvariant()}:{index}";

        public static implicit operator Device(string description) => new(description);

        private static DeviceType Parse(string name, string description) =>
            name.Length > 0 && char.IsLetter(name[0]) && Enum.TryParse<DeviceType>(name, ignoreCase: true, out var type) ? type
            : throw new ArgumentException($"'{description}' is no device: cpu, cuda, cuda:0, mps or meta is expected");
    }

    public static readonly Device CPU = new(DeviceType.CPU);
    public static readonly Device META = new(DeviceType.META);
    public static Device CUDA { get; } = new(DeviceType.CUDA);
    public static Device MPS { get; } = new(DeviceType.MPS);

    public static Device device(string description) => new(description);
    public static Device device(string deviceType, int index = -1) => new(deviceType, index);
    public static Device device(DeviceType deviceType, int index = -1) => new(deviceType, index);
    public static Device device(int index) => new(index);

    /// <summary>Throws when this machine, or this libtorch, has no such device.</summary>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    public static void InitializeDeviceType(DeviceType deviceType)
    {
        if (!TryInitializeDeviceType(deviceType))
            throw new InvalidOperationException($"Torch device type {deviceType} did not initialise on the current machine.");
    }

    /// <summary>Whether tensors can live on that kind of device here.</summary>
    public static bool TryInitializeDeviceType(DeviceType deviceType) => deviceType switch
    {
        DeviceType.CPU or DeviceType.META => true,
        DeviceType.CUDA => cuda.is_available(),
        DeviceType.MPS => mps_is_available(),
        _ => false,
    };

    public static Device InitializeDevice(Device? device)
    {
        device ??= CPU;
        InitializeDeviceType(device.type);
        return device;
    }
}
